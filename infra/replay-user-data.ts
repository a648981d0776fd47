/** What the replay host's first boot needs to know. */
export interface ReplayUserData {
  readonly bucketName: string;
  readonly key: string;
  readonly sha256: string;
  readonly streamName: string;
  readonly region: string;
}

/**
 * The script of the replay host's first boot: it installs Node.js from Amazon Linux's own packages, which come through
 * the S3 gateway, and the producer from the bucket, and refuses a producer that is not the one the program made.
 */
export function replayUserData(data: ReplayUserData): string {
  return `#!/bin/bash
set -euo pipefail

dnf install -y nodejs22

install -d /opt/replay
aws s3 cp --region '${data.region}' 's3://${data.bucketName}/${data.key}' /opt/replay/replay.js
echo '${data.sha256}  /opt/replay/replay.js' | sha256sum --check

cat > /usr/local/bin/replay <<'SCRIPT'
#!/bin/bash
export AWS_REGION='${data.region}'
exec node-22 /opt/replay/replay.js --stream '${data.streamName}' --region '${data.region}' "$@"
SCRIPT
chmod +x /usr/local/bin/replay
`;
}
