/** What the replay host's first boot needs to know. */
export interface ReplayUserData {
  readonly bucketName: string;
  readonly key: string;
  readonly sha256: string;
  readonly streamName: string;
  readonly region: string;
  /** Event time in seconds by which records of a shard may be out of order. */
  readonly maxDisorderSeconds: number;
  readonly logGroupName: string;
  /** Options of the producer before those of the caller. */
  readonly producerArguments: readonly string[];
  /** What to replay from the first boot, if anything, and the folder in the bucket that keeps its position. */
  readonly start:
    | { readonly input: string; readonly speedup: number; readonly positionFolder: string }
    | undefined;
}

const logFile = "/var/log/replay/replay.log";

/**
 * The script of the replay host's first boot: it installs Node.js and the CloudWatch agent from Amazon Linux's own
 * packages, which come through the S3 gateway, and the producer from the bucket, and refuses a producer that is not the
 * one the program made. Where asked it starts the replay as a service that takes up after a failure where it was, also on
 * a host in place of a lost one.
 */
export function replayUserData(data: ReplayUserData): string {
  return `#!/bin/bash
set -euo pipefail

# The way out, an endpoint or an address, may come a little after the host.
eventually() {
  for _ in {1..60}; do
    "$@" && return
    sleep 10
  done
  return 1
}

eventually dnf install -y nodejs22 amazon-cloudwatch-agent

install -d /opt/replay /var/log/replay
cat > /opt/replay/cloudwatch-agent.json <<'SETTINGS'
${JSON.stringify(agentSettings(data), undefined, 2)}
SETTINGS
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/opt/replay/cloudwatch-agent.json

eventually aws s3 cp --region '${data.region}' 's3://${data.bucketName}/${data.key}' /opt/replay/replay.js
echo '${data.sha256}  /opt/replay/replay.js' | sha256sum --check

cat > /usr/local/bin/replay <<'SCRIPT'
#!/bin/bash
export AWS_REGION='${data.region}'
exec node-22 /opt/replay/replay.js --stream '${data.streamName}' --region '${data.region}' --max-disorder ${data.maxDisorderSeconds}${data.producerArguments.map((argument) => ` ${quoted(argument)}`).join("")} "$@"
SCRIPT
chmod +x /usr/local/bin/replay
${data.start === undefined ? "" : service(data, data.start)}`;
}

/** An argument as a POSIX shell takes it. */
export function quoted(argument: string): string {
  return /^[A-Za-z0-9_./:=-]+$/.test(argument)
    ? argument
    : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * The replay as a service; at the end of its input it is done. Its position is copied to the bucket each minute and when
 * it stops, and comes from there where the volume has none. `cp --recursive` accepts a missing object, and nothing else.
 */
function service(
  { bucketName, region }: ReplayUserData,
  { input, speedup, positionFolder }: NonNullable<ReplayUserData["start"]>,
): string {
  return `
cat > /opt/replay/position <<'SCRIPT'
#!/bin/bash
export AWS_REGION='${region}'
copy() { aws s3 cp --only-show-errors "$@"; }
file=/var/lib/replay/position
remote='s3://${bucketName}/${positionFolder}/'
case $1 in
  fetch) [ -e $file ] || copy --recursive "$remote" "\${file%/*}" ;;
  store) [ ! -e $file ] || copy $file "$remote" ;;
  keep) while sleep 60; do "$0" store; done ;;
esac
SCRIPT
chmod +x /opt/replay/position

cat > /etc/systemd/system/replay.service <<'UNIT'
[Unit]
Description=Replay of ${input}
Wants=network-online.target
After=network-online.target

[Service]
DynamicUser=yes
StateDirectory=replay
ExecStartPre=/opt/replay/position fetch
ExecStart=/bin/bash -c '/opt/replay/position keep & exec /usr/local/bin/replay --input ${input} --speedup ${speedup} --resume /var/lib/replay/position --json'
ExecStopPost=/opt/replay/position store
StandardOutput=append:${logFile}
StandardError=append:${logFile}
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --now replay.service
`;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html */
function agentSettings({ logGroupName }: ReplayUserData): unknown {
  return {
    metrics: {
      namespace: "CWAgent",
      append_dimensions: { InstanceId: "${aws:InstanceId}" },
      metrics_collected: {
        mem: { measurement: ["mem_used_percent"] },
        disk: { measurement: ["used_percent"], resources: ["/"] },
      },
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            {
              file_path: logFile,
              log_group_name: logGroupName,
              log_stream_name: "{instance_id}/replay",
            },
            {
              file_path: "/var/log/cloud-init-output.log",
              log_group_name: logGroupName,
              log_stream_name: "{instance_id}/boot",
            },
          ],
        },
      },
    },
  };
}
