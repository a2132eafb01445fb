package dev.braid.linux.iscsi;

import dev.braid.base.Deadline;
import dev.braid.linux.exec.Exec;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The versions of open-iscsi's two programs on this host, by asking them. */
public final class OpenIscsiVersions {

  private static final Pattern VERSION = Pattern.compile("version\\s+v?(\\d+(?:\\.\\d+)+\\S*)");

  private final Exec exec;

  /**
   * @param exec runs programs of the host
   */
  public OpenIscsiVersions(Exec exec) {
    this.exec = exec;
  }

  /**
   * @throws dev.braid.base.error.KernelRefused if it is not installed
   */
  public Optional<String> iscsiadm(Deadline deadline) {
    return ask("iscsiadm", deadline);
  }

  /**
   * @throws dev.braid.base.error.KernelRefused if it is not installed
   */
  public Optional<String> iscsid(Deadline deadline) {
    return ask("iscsid", deadline);
  }

  private Optional<String> ask(String program, Deadline deadline) {
    Exec.Result result = exec.run(List.of(program, "--version"), deadline);
    return parse(result.stdout() + result.stderr());
  }

  static Optional<String> parse(String said) {
    Matcher m = VERSION.matcher(said);
    return m.find() ? Optional.of(m.group(1)) : Optional.empty();
  }
}
