#!/usr/bin/env bash
# Checks after a deployment that the alarms of STACK measure something and that its topics deliver.
# SECONDS_TO_DELIVER limits the wait for the delivery of a test message, 300 by default.
set -euo pipefail

project="$(sed -n 's/^name: //p' "$(dirname "$0")/../Pulumi.yaml")"
failures=0
fail() { echo "::error::$1"; failures=$((failures + 1)); }

now="$(date -u +%s)"
alarms="$(aws cloudwatch describe-alarms --alarm-types MetricAlarm --alarm-name-prefix "$project-$STACK-pipeline-monitoring-" --output json)"
(( "$(jq '.MetricAlarms | length' <<< "$alarms")" > 0 )) || fail "$STACK must have alarms; none was found."
# Where missing data breaches, a metric always has data; others are silent until there is something to measure.
while read -r alarm; do
  name="$(jq -r .AlarmName <<< "$alarm")"
  queries="$(jq -c '
    if .Metrics then [.Metrics[] | select(.MetricStat) | .ReturnData = true]
    else [{Id: "value", MetricStat: {Metric: {Namespace, MetricName, Dimensions}, Period, Stat: (.Statistic // .ExtendedStatistic)}}]
    end' <<< "$alarm")"
  points="$(aws cloudwatch get-metric-data --start-time "$((now - 86400))" --end-time "$now" \
    --metric-data-queries "$queries" --output json | jq '[.MetricDataResults[].Values | length] | add')"
  (( points > 0 )) && continue
  if [[ "$(jq -r .TreatMissingData <<< "$alarm")" == breaching ]]; then
    fail "$name must have data; its metric has none. Look at what publishes it."
  else
    echo "$name has no data yet."
  fi
done < <(jq -c '.MetricAlarms[]' <<< "$alarms")

for output in alarmTopicArn ticketTopicArn; do
  topic="$(pulumi stack output "$output" --stack "$STACK")"
  confirmed="$(aws sns list-subscriptions-by-topic --topic-arn "$topic" --output json |
    jq '[.Subscriptions[] | select(.SubscriptionArn != "PendingConfirmation")] | length')"
  (( confirmed > 0 )) || fail "$output must have a subscriber that has confirmed. Set its subscribers, and confirm."
done
if (( confirmed > 0 )); then
  aws sns publish --topic-arn "$topic" --subject "Test of $STACK" \
    --message "A deployment tests that tickets are delivered. Nothing is to be done." > /dev/null
  deadline="$(( $(date +%s) + ${SECONDS_TO_DELIVER:-300} ))"
  delivered=0
  while (( delivered == 0 )); do
    sleep "${SECONDS_BETWEEN:-15}"
    delivered="$(aws cloudwatch get-metric-data --start-time "$now" --end-time "$(( $(date -u +%s) + 60 ))" --output json \
      --metric-data-queries "[{\"Id\":\"delivered\",\"MetricStat\":{\"Metric\":{\"Namespace\":\"AWS/SNS\",\"MetricName\":\"NumberOfNotificationsDelivered\",\"Dimensions\":[{\"Name\":\"TopicName\",\"Value\":\"${topic##*:}\"}]},\"Period\":60,\"Stat\":\"Sum\"}}]" |
      jq '[.MetricDataResults[].Values[]] | add // 0 | floor')"
    if (( $(date +%s) >= deadline )); then break; fi
  done
  (( delivered > 0 )) || fail "The topic of tickets must deliver a message; it has delivered none. Look at its subscribers and its key."
fi

(( failures == 0 ))
