/** Types whose resources hold what no second deployment brings back. */
export const statefulTypes = [
  "aws:cognito/userPool:UserPool",
  "aws:dynamodb/table:Table",
  "aws:kinesis/stream:Stream",
  "aws:kms/key:Key",
  "aws:opensearch/domain:Domain",
  "aws:s3/bucket:Bucket",
];
