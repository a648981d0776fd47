#!/bin/bash
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
{
  "metrics": {
    "namespace": "CWAgent",
    "append_dimensions": {
      "InstanceId": "${aws:InstanceId}"
    },
    "metrics_collected": {
      "mem": {
        "measurement": [
          "mem_used_percent"
        ]
      },
      "disk": {
        "measurement": [
          "used_percent"
        ],
        "resources": [
          "/"
        ]
      }
    }
  },
  "logs": {
    "logs_collected": {
      "files": {
        "collect_list": [
          {
            "file_path": "/var/log/replay/replay.log",
            "log_group_name": "{{logGroupName}}",
            "log_stream_name": "{instance_id}/replay"
          },
          {
            "file_path": "/var/log/cloud-init-output.log",
            "log_group_name": "{{logGroupName}}",
            "log_stream_name": "{instance_id}/boot"
          }
        ]
      }
    }
  }
}
SETTINGS
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/opt/replay/cloudwatch-agent.json

eventually aws s3 cp --region '{{region}}' 's3://{{bucketName}}/{{key}}' /opt/replay/replay.js
echo '{{sha256}}  /opt/replay/replay.js' | sha256sum --check

cat > /usr/local/bin/replay <<'SCRIPT'
#!/bin/bash
export AWS_REGION='{{region}}'
exec node-22 /opt/replay/replay.js --stream '{{streamName}}' --region '{{region}}' --max-disorder {{maxDisorderSeconds}}{{arguments}} "$@"
SCRIPT
chmod +x /usr/local/bin/replay
