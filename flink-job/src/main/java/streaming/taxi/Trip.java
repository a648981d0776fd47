package streaming.taxi;

/** A completed trip: what the job needs of a trip event. */
public class Trip {
  public String id;

  /** When the meter was engaged, in seconds since the epoch. */
  public long pickupTime;

  /** When the meter was disengaged, in seconds since the epoch: the event time. */
  public long dropoffTime;

  /** Taxi zones; 264 and 265 are unknown places. */
  public int pickupZone;

  public int dropoffZone;
}
