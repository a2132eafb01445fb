package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The node record that Braid writes for a portal of a target.
 *
 * <p>What it leaves out is as open-iscsi has it built in. The host's iscsid.conf has no say: it
 * counts when iscsiadm makes a record, and Braid's paths are to behave alike on every host.
 */
public final class NodeRecord {

  private static final String STARTUP = "node.startup";
  private static final String SCAN = "node.session.scan";
  private static final String MANUAL = "manual";

  /** By these a record of ours is known, also one of an earlier version. */
  private static final Map<String, String> PROFILE = profile();

  private NodeRecord() {}

  /**
   * Rule 10 and the timings of the default profile. A lost path is noticed after interval +
   * timeout, and its I/O goes elsewhere after the replacement timeout.
   *
   * <p>One try per login: open-iscsi's eight would hold a dead portal for minutes, and whoever
   * calls tries again anyway.
   */
  private static Map<String, String> profile() {
    var settings = new LinkedHashMap<String, String>();
    settings.put(STARTUP, MANUAL);
    settings.put("node.conn[0].startup", MANUAL);
    settings.put(SCAN, MANUAL);
    settings.put("node.session.timeo.replacement_timeout", "5");
    settings.put("node.conn[0].timeo.login_timeout", "10");
    settings.put("node.conn[0].timeo.noop_out_interval", "2");
    settings.put("node.conn[0].timeo.noop_out_timeout", "2");
    settings.put("node.session.initial_login_retry_max", "1");
    return Collections.unmodifiableMap(settings);
  }

  public static RecordText of(Iqn target, Portal portal) {
    var settings = new LinkedHashMap<String, String>();
    settings.put("node.name", target.name());
    settings.put("node.tpgt", Integer.toString(portal.tag()));
    settings.put("node.leading_login", "No");
    settings.put("iface.iscsi_ifacename", "default");
    settings.put("iface.transport_name", "tcp");
    settings.put("node.discovery_port", "0");
    settings.put("node.discovery_type", "static");
    settings.put("node.conn[0].address", portal.host());
    settings.put("node.conn[0].port", Integer.toString(portal.port()));
    settings.putAll(PROFILE);
    settings.put("node.session.nr_sessions", "1");
    settings.put("node.session.reopen_max", "0"); // a lost path is tried for ever
    settings.put("node.session.auth.authmethod", "None");
    settings.put("node.session.cmds_max", "128");
    settings.put("node.session.queue_depth", "32");
    settings.put("node.session.err_timeo.abort_timeout", "15");
    settings.put("node.session.err_timeo.lu_reset_timeout", "30");
    settings.put("node.session.err_timeo.tgt_reset_timeout", "30");
    settings.put("node.session.err_timeo.host_reset_timeout", "60");
    settings.put("node.conn[0].timeo.logout_timeout", "15");
    settings.put("node.conn[0].iscsi.HeaderDigest", "None");
    settings.put("node.conn[0].iscsi.DataDigest", "None");
    return RecordText.of(settings);
  }

  /** Whether Braid wrote it, as far as a record can tell. */
  public static boolean isOurs(RecordText record) {
    return record.has(PROFILE);
  }

  /** Whether open-iscsi logs in or scans by it without being told. */
  public static boolean actsByItself(RecordText record) {
    return !record.has(Map.of(STARTUP, MANUAL, SCAN, MANUAL));
  }
}
