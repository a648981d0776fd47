/** Rooms of each folder from the bottom up; those of one line do not import each other. */
const order = {
  infra: [
    ["core"],
    ["watch", "contracts", "network", "bootstrap"],
    ["delivery", "search"],
    ["stream", "flink", "replay"],
    ["scaling"],
    ["monitoring", "job-delivery"],
    ["pipeline"],
  ],
};

export default {};
