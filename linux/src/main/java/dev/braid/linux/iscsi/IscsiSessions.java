package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.chap.ChapCredentials.Login;
import dev.braid.base.error.InvalidInput;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The iSCSI sessions of this machine, whoever made them. Reads only; keeps nothing. */
public final class IscsiSessions {

  private static final Pattern SESSION = Pattern.compile("session(\\d{1,9})");
  private static final Pattern HOST = Pattern.compile("host(\\d{1,9})");

  /** How the kernel prints a text that was never set. */
  private static final String NOTHING = "(null)";

  /** Of a connection: made or taken down, and bound to a socket for a login. */
  private static final Set<String> UNDER_WAY = Set.of("down", "bound");

  private final Path sysfs;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public IscsiSessions(Path sysfs) {
    this.sysfs = sysfs;
  }

  public List<IscsiSession> all() {
    return Attributes.namesOrFail(sysfs.resolve("class/iscsi_session")).stream()
        .map(this::read)
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * Whether a session is there still, up or not. The kernel gives a session's number once in its
   * life, and a SCSI host's again.
   */
  public boolean has(IscsiSession session) {
    return read("session" + session.id()).filter(now -> now.host() == session.host()).isPresent();
  }

  /**
   * The sessions of a target through a portal: none, one, or several if somebody asked for more.
   */
  public List<IscsiSession> through(Iqn target, Portal portal) {
    return all().stream().filter(s -> s.through(target, portal)).toList();
  }

  /**
   * Whether a session comes into being or goes away this moment, and so is neither up nor lost. Its
   * own state does not tell: one that has lost its connection for longer than the replacement
   * timeout is {@code FREE} as well. Its connection's does, which kernels before 5.7 do not show.
   */
  public boolean beingMade(IscsiSession session) {
    Path state = connection(Integer.toString(session.id())).resolve("state");
    return session.state() == IscsiSession.State.FREE
        && Attributes.text(state).filter(UNDER_WAY::contains).isPresent();
  }

  /** The name that this machine gave when it logged in: a session may have one of its own. */
  public Optional<Iqn> initiator(IscsiSession session) {
    Path file = sysfs.resolve("class/iscsi_session/session" + session.id() + "/initiatorname");
    return Attributes.text(file).flatMap(IscsiSessions::name);
  }

  /**
   * Whether a session was logged in with these credentials and no others. The kernel keeps those of
   * its login, and shows them to root; they do not leave here (rule 20).
   */
  public boolean provenWith(IscsiSession session, ChapCredentials credentials) {
    return has(session, "username", Optional.of(credentials.initiator().user()))
        && has(session, "password", Optional.of(credentials.initiator().password()))
        && has(session, "username_in", credentials.target().map(Login::user))
        && has(session, "password_in", credentials.target().map(Login::password));
  }

  private boolean has(IscsiSession session, String attribute, Optional<String> wanted) {
    Path file = sysfs.resolve("class/iscsi_session/session" + session.id()).resolve(attribute);
    return Attributes.text(file)
        .filter(text -> !text.isEmpty() && !text.equals(NOTHING))
        .equals(wanted);
  }

  private static Optional<Iqn> name(String text) {
    try {
      return Optional.of(new Iqn(text));
    } catch (InvalidInput e) {
      return Optional.empty(); // somebody else's session, with a name that we would not take
    }
  }

  private Optional<IscsiSession> read(String name) {
    Matcher m = SESSION.matcher(name);
    if (!m.matches()) {
      return Optional.empty();
    }
    Path session = sysfs.resolve("class/iscsi_session").resolve(name);
    Path connection = connection(m.group(1));
    Optional<String> target = Attributes.text(session.resolve("targetname"));
    Optional<Integer> host = Attributes.link(session).flatMap(IscsiSessions::hostOf);
    if (target.isEmpty() || host.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new IscsiSession(
            Integer.parseInt(m.group(1)),
            target.get(),
            number(session.resolve("tpgt"), -1),
            Attributes.text(connection.resolve("persistent_address")).orElse(""),
            number(connection.resolve("persistent_port"), -1),
            IscsiSession.State.of(Attributes.text(session.resolve("state")).orElse("")),
            host.get(),
            // An older kernel has no such file; the TCP transport has always counted from 0.
            number(session.resolve("target_id"), 0)));
  }

  private Path connection(String session) {
    return sysfs.resolve("class/iscsi_connection/connection" + session + ":0");
  }

  /** {@code .../hostH/sessionN/iscsi_session/sessionN}. */
  private static Optional<Integer> hostOf(Path real) {
    for (Path part : real) {
      Matcher m = HOST.matcher(part.toString());
      if (m.matches()) {
        return Optional.of(Integer.parseInt(m.group(1)));
      }
    }
    return Optional.empty();
  }

  private static int number(Path file, int otherwise) {
    return (int) Attributes.number(file).orElse(otherwise);
  }
}
