package streaming.taxi;

import ch.hsr.geohash.GeoHash;
import ch.hsr.geohash.WGS84Point;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Comparator;

/** What the areas of demand are. An area is a zone's number or a cell's geohash. */
enum AreaKind {
  ZONES("Zone", "zones", Comparator.comparingInt(Integer::parseInt)) {
    @Override
    String nameOf(String zone) {
      return Zone.find(Integer.parseInt(zone)).name;
    }

    @Override
    void write(String zone, JsonGenerator json) throws IOException {
      Zone.find(Integer.parseInt(zone)).writeTo(json);
    }
  },
  CELLS("Cell", "cells", Comparator.naturalOrder()) {
    @Override
    String nameOf(String cell) {
      return cell;
    }

    @Override
    void write(String cell, JsonGenerator json) throws IOException {
      json.writeStringField("cell", cell);
      WGS84Point centre = GeoHash.fromGeohashString(cell).getBoundingBoxCenter();
      Zone.writeLocation(centre.getLatitude(), centre.getLongitude(), json);
    }
  };

  /** What an area is called in names of operators. */
  final String title;

  /** What the areas are called in ids and names of indices. */
  final String plural;

  /** The order of areas with the same number of trips. */
  final Comparator<String> order;

  AreaKind(String title, String plural, Comparator<String> order) {
    this.title = title;
    this.plural = plural;
    this.order = order;
  }

  /** What people call an area. */
  abstract String nameOf(String area);

  /** Writes what is known about an area. */
  abstract void write(String area, JsonGenerator json) throws IOException;
}
