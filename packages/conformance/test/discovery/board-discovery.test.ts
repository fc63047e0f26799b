import { describe, it } from "vitest";
import { discoveryConformance } from "../../src/index.js";
import BoardDiscovery from "./board/board-discovery.js";
import { boardSubject } from "./board/board-subject.js";

discoveryConformance({ describe, it: it.concurrent }, boardSubject(BoardDiscovery));
