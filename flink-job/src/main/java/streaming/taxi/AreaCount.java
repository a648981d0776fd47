package streaming.taxi;

/** How many trips an area had in a window, so far or finally. */
public class AreaCount {
  /** A zone's number or a cell's geohash. */
  public String area;

  /** Start of the window in milliseconds since the epoch. */
  public long start;

  public long trips;

  /** Whether the window is closed. */
  public boolean complete;
}
