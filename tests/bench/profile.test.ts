import { expect } from "chai";
import { shares } from "../../bench/job/profile";

describe("The shares of a profile", () => {
  it("give each tick to the innermost frame that belongs to a part", () => {
    const picture = [
      "f(0,0,100,3,'all')",
      "f(1,0,70,1,'org/apache/flink/streaming/runtime/tasks/StreamTask.invoke')",
      "f(1,70,30,4,'CompileBroker::compiler_thread_loop')",
      "f(2,0,60,1,'streaming/admission/Admission.processElement')",
      "f(3,0,20,1,'streaming/taxi/TripGrouping.processElement')",
      "f(4,5,10,1,'java/util/HashMap.put')",
      "f(3,20,30,1,'java/util/HashSet.add')",
    ].join("\n");
    expect(shares(picture)).to.deep.equal({
      admission: 40,
      "Java's compilers": 30,
      grouping: 20,
      "the rest": 10,
    });
  });
});
