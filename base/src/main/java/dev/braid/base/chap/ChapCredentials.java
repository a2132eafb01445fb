package dev.braid.base.chap;

import dev.braid.base.error.InvalidInput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an initiator proves itself with, and where it is mutual, what the target answers with.
 *
 * <p>The limits are those of LIO and open-iscsi together: 255 bytes each; a name or secret that
 * begins with NULL takes the one before away in LIO; a name that begins as a number does (0x) is
 * decoded as one; a blank ends a value in a node record.
 *
 * @param initiator proves the initiator to the target
 * @param target proves the target to the initiator; empty for one way
 */
public record ChapCredentials(Login initiator, Optional<Login> target) {

  private static final String USER = "user";
  private static final String PASSWORD = "password";
  private static final String MUTUAL_USER = "mutual_user";
  private static final String MUTUAL_PASSWORD = "mutual_password";
  private static final List<String> KEYS = List.of(USER, PASSWORD, MUTUAL_USER, MUTUAL_PASSWORD);

  public ChapCredentials {
    if (target.isPresent() && target.get().password().equals(initiator.password())) {
      throw new InvalidInput(
          "password and mutual_password are the same: whoever asks for the one would be told the"
              + " other; want two (RFC 7143)");
    }
  }

  /** A name and its secret. */
  public record Login(String user, String password) {

    private static final Pattern NAME = Pattern.compile("(?!NULL)[A-Za-z][A-Za-z0-9._:@/-]{0,254}");
    private static final Pattern SECRET = Pattern.compile("(?!NULL)[!-~]{12,255}");

    public Login {
      if (!NAME.matcher(user).matches()) {
        throw new InvalidInput(
            "CHAP user",
            user,
            "want 1 to 255 of letters, digits and . _ : @ / -, beginning with a letter, not with"
                + " NULL");
      }
      if (!SECRET.matcher(password).matches()) {
        throw new InvalidInput(
            "the CHAP password of user "
                + user
                + " is not valid: want 12 to 255 printable ASCII characters without blanks, not"
                + " beginning with NULL");
      }
    }

    @Override
    public String toString() {
      return "Login[user=" + user + ", password=(hidden)]";
    }
  }

  /**
   * Reads lines of {@code key=value}: user, password, and for mutual CHAP mutual_user and
   * mutual_password. Empty lines, and those that begin with #, are for people.
   *
   * @throws InvalidInput saying which line is wrong, without its value
   */
  public static ChapCredentials parse(String text) {
    Map<String, String> values = new HashMap<>();
    int number = 0;
    for (String line : text.split("\r?\n", -1)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf('=');
      String key = equals < 0 ? "" : line.substring(0, equals).strip();
      if (!KEYS.contains(key)) {
        throw new InvalidInput(
            "line " + number + " is not of the form KEY=VALUE, with one of " + KEYS);
      }
      if (values.put(key, line.substring(equals + 1).strip()) != null) {
        throw new InvalidInput("line " + number + " gives " + key + " a second time");
      }
    }
    return new ChapCredentials(
        login(values, USER, PASSWORD)
            .orElseThrow(() -> new InvalidInput("there is no " + USER + " and no " + PASSWORD)),
        login(values, MUTUAL_USER, MUTUAL_PASSWORD));
  }

  private static Optional<Login> login(Map<String, String> values, String user, String password) {
    Optional<String> name = Optional.ofNullable(values.get(user));
    Optional<String> secret = Optional.ofNullable(values.get(password));
    if (name.isPresent() != secret.isPresent()) {
      throw new InvalidInput("want both " + user + " and " + password + ", or neither");
    }
    return name.flatMap(n -> secret.map(s -> new Login(n, s)));
  }
}
