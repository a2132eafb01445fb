package dev.braid.linux.iscsi;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The fields of a node record that Braid sets, each with its value, in a fixed order. Two records
 * are equal if these are.
 */
public record NodeRecord(Map<String, String> fields) {

  private static final String STARTUP = "node.startup";
  private static final String SCAN = "node.session.scan";

  public NodeRecord {
    fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /**
   * What Braid writes (rule 10 and the timings of the default profile). A lost path is noticed
   * after interval + timeout, and its I/O goes elsewhere after the replacement timeout.
   *
   * <p>One try per login: open-iscsi's eight would hold a dead portal for minutes, and whoever
   * calls tries again anyway.
   */
  public static NodeRecord braid() {
    var fields = new LinkedHashMap<String, String>();
    fields.put(STARTUP, "manual");
    fields.put("node.conn[0].startup", "manual");
    fields.put(SCAN, "manual");
    fields.put("node.session.timeo.replacement_timeout", "5");
    fields.put("node.conn[0].timeo.login_timeout", "10");
    fields.put("node.conn[0].timeo.noop_out_interval", "2");
    fields.put("node.conn[0].timeo.noop_out_timeout", "2");
    fields.put("node.session.initial_login_retry_max", "1");
    return new NodeRecord(fields);
  }

  /** Keeps of all a record's fields those that Braid sets, and no others: no secret gets in. */
  static NodeRecord of(Map<String, String> all) {
    var kept = new HashMap<>(braid().fields());
    kept.replaceAll((name, ours) -> all.getOrDefault(name, ""));
    var ordered = new LinkedHashMap<String, String>();
    braid().fields().keySet().forEach(name -> ordered.put(name, kept.getOrDefault(name, "")));
    return new NodeRecord(ordered);
  }

  /**
   * Whether Braid may have written it: nothing logs in or scans by it on its own. A record that
   * does is a person's, and is left alone (rule 16).
   */
  public boolean maybeOurs() {
    return "manual".equals(fields.get(STARTUP)) && "manual".equals(fields.get(SCAN));
  }
}
