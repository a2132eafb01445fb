package dev.braid.agent.lio;

import dev.braid.base.Iqn;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What initiators prove themselves with. The kernel keeps it with each ACL, asks for it at a login
 * and never afterwards: a change touches no session.
 */
public final class Authentication {

  /** What LIO takes for "none": an empty text cannot be written to configfs. */
  private static final String NONE = "NULL";

  /** Linux 6.2 and later: an ACL may want, or not want, what its portal group does not. */
  private static final String OWN_WILL = "/attrib/authentication";

  private static final String AS_GROUP = "-1";

  private final Optional<ChapFolder> chap;
  private final Configfs configfs;
  private final ConfigfsChange change;
  private final Steps steps;

  /**
   * @param chap empty: ACLs alone say who may log in
   */
  public Authentication(
      Optional<ChapFolder> chap, Configfs configfs, ConfigfsChange change, Steps steps) {
    this.chap = chap;
    this.configfs = configfs;
    this.change = change;
    this.steps = steps;
  }

  /** Whether the portal groups ask for it. */
  public boolean wanted() {
    return chap.isPresent();
  }

  /**
   * @throws Refused if there are no credentials for an initiator where they are wanted
   */
  public void require(Iqn initiator) {
    chap.ifPresent(folder -> folder.of(initiator));
  }

  /** What an initiator is to prove itself with; empty without CHAP. Else as {@link #require}. */
  Optional<ChapCredentials> of(Iqn initiator) {
    return chap.map(folder -> folder.of(initiator));
  }

  /**
   * Brings ACLs that are there to what is to be proven now. Where an initiator's file was taken
   * away nothing is left that it could prove, and its next login is refused.
   *
   * @throws Refused if the file is not there, or cannot be trusted: then nothing is changed
   */
  void renew(Iqn initiator, List<String> acls) {
    if (chap.isPresent() && chap.get().find(initiator.name()).isEmpty()) {
      acls.forEach(acl -> set(acl, Optional.empty()));
    }
    Optional<ChapCredentials> credentials = of(initiator);
    acls.forEach(acl -> set(acl, credentials));
  }

  void set(String acl, Optional<ChapCredentials> credentials) {
    if (credentials.isEmpty()) {
      askAsGroup(acl); // nobody is to be asked for what goes
    }
    fields(credentials).forEach((name, value) -> set(acl + "/auth/" + name, value));
    if (credentials.isPresent()) {
      askAsGroup(acl); // nor before it is there
    }
  }

  private void askAsGroup(String acl) {
    Optional<String> ownWill = configfs.read(acl + OWN_WILL);
    if (ownWill.isPresent() && !ownWill.get().equals(AS_GROUP)) {
      steps.run("set ACL", step -> change.write(step, acl + OWN_WILL, AS_GROUP));
    }
  }

  private void set(String attribute, String value) {
    String now = configfs.read(attribute).orElse("");
    if (!(now.isEmpty() ? NONE : now).equals(value)) {
      steps.run("set credentials", step -> change.write(step, attribute, value));
    }
  }

  private static Map<String, String> fields(Optional<ChapCredentials> credentials) {
    var fields = new LinkedHashMap<String, String>();
    var initiator = credentials.map(ChapCredentials::initiator);
    var target = credentials.flatMap(ChapCredentials::target);
    fields.put("userid", initiator.map(ChapCredentials.Login::user).orElse(NONE));
    fields.put("password", initiator.map(ChapCredentials.Login::password).orElse(NONE));
    fields.put("userid_mutual", target.map(ChapCredentials.Login::user).orElse(NONE));
    fields.put("password_mutual", target.map(ChapCredentials.Login::password).orElse(NONE));
    return fields;
  }
}
