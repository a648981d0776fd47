package streaming.taxi;

/** A taxi zone of the New York City Taxi and Limousine Commission. */
final class Zone {
  final int id;
  final String name;
  final String borough;

  /** A point inside the zone. */
  final GeoPoint location;

  Zone(int id, String name, String borough, GeoPoint location) {
    this.id = id;
    this.name = name;
    this.borough = borough;
    this.location = location;
  }
}
