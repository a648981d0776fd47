-- How long trips to one airport took, the newest window first. Parameter: EWR, JFK or LGA.
SELECT windowstart, trips, averageseconds, p50seconds, p95seconds
FROM taxi_airport_durations
WHERE airport = ?
ORDER BY windowstart DESC
