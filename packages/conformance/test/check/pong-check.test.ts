import { describe, it } from "vitest";
import { checkConformance } from "../../src/index.js";
import PongCheck from "./pong/pong-check.js";
import { pongSubject } from "./pong/pong-subject.js";

checkConformance({ describe, it }, pongSubject(PongCheck));
