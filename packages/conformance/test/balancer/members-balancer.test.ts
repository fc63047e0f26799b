import { describe, it } from "vitest";
import { balancerConformance } from "../../src/index.js";
import MembersBalancer from "./members-file/members-balancer.js";
import { membersSubject } from "./members-file/members-subject.js";

balancerConformance({ describe, it }, membersSubject(MembersBalancer));
