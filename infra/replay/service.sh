
cat > /opt/replay/position <<'SCRIPT'
#!/bin/bash
export AWS_REGION='{{region}}'
copy() { aws s3 cp --only-show-errors "$@"; }
file=/var/lib/replay/position
remote='s3://{{bucketName}}/{{positionFolder}}/'
case $1 in
  fetch) [ -e $file ] || copy --recursive "$remote" "${file%/*}" ;;
  store) [ ! -e $file ] || copy $file "$remote" ;;
  keep) while sleep 60; do "$0" store; done ;;
esac
SCRIPT
chmod +x /opt/replay/position

cat > /etc/systemd/system/replay.service <<'UNIT'
[Unit]
Description=Replay of {{input}}
Wants=network-online.target
After=network-online.target

[Service]
DynamicUser=yes
StateDirectory=replay
ExecStartPre=/opt/replay/position fetch
ExecStart=/bin/bash -c '/opt/replay/position keep & exec /usr/local/bin/replay --input {{input}} --speedup {{speedup}} --resume /var/lib/replay/position --json'
ExecStopPost=/opt/replay/position store
StandardOutput=append:/var/log/replay/replay.log
StandardError=append:/var/log/replay/replay.log
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --now replay.service
