package dev.braid.linux.iscsi;

import dev.braid.base.chap.ChapCredentials;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What of a node record says how its login is proven. Secret: for the record's file alone. */
public final class ChapSettings {

  private static final String AUTH = "node.session.auth.";

  private ChapSettings() {}

  /**
   * @param credentials empty: without CHAP
   */
  public static Map<String, String> of(Optional<ChapCredentials> credentials) {
    var settings = new LinkedHashMap<String, String>();
    settings.put(AUTH + "authmethod", credentials.isPresent() ? "CHAP" : "None");
    credentials.ifPresent(
        c -> {
          settings.put(AUTH + "username", c.initiator().user());
          settings.put(AUTH + "password", c.initiator().password());
        });
    credentials
        .flatMap(ChapCredentials::target)
        .ifPresent(
            target -> {
              settings.put(AUTH + "username_in", target.user());
              settings.put(AUTH + "password_in", target.password());
            });
    return settings;
  }
}
