package dev.braid.linux.iscsi;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.linux.iscsi.LoginDialogue.Response;
import dev.braid.linux.iscsi.LoginDialogue.Then;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a target what it would say to a login, by beginning one and hanging up before it comes into
 * being. For finding out why a real one failed: open-iscsi's exit codes do not tell an initiator
 * without an ACL from one with a wrong secret, or a target that is not there from one that is
 * disabled. And for finding out beforehand whether one would.
 */
public final class LoginProbe {

  private LoginProbe() {}

  /** What came of it. */
  public sealed interface Answer {

    /**
     * The target spoke.
     *
     * @param status class and detail as the RFC numbers them: 0x0203 is "target not found"; 0: a
     *     login would come about, with CHAP proven by both sides where it was asked for
     * @param keys what it said beside that
     */
    record Said(int status, Map<String, String> keys) implements Answer {}

    /**
     * It would let this initiator in, and does not prove that it is who it should be.
     *
     * @param why for a person; no secret
     */
    record Unproven(String why) implements Answer {}

    /** A connection came about, and then nothing more. */
    record Silent() implements Answer {}

    /** Somebody is there who does not speak iSCSI, or hung up. */
    record NotIscsi(String why) implements Answer {}

    /** No connection came about. */
    record NoConnection(IOException why) implements Answer {}
  }

  /**
   * @param credentials those of a real login; empty: it would offer no authentication
   */
  public static Answer ask(
      Iqn initiator,
      Iqn target,
      Portal portal,
      Optional<ChapCredentials> credentials,
      Deadline deadline) {
    try (var socket = new Socket()) {
      try {
        socket.connect(
            new InetSocketAddress(portal.host(), portal.port()),
            Math.max(1, deadline.leftMillis()));
      } catch (IOException e) {
        return new Answer.NoConnection(e);
      }
      socket.setSoTimeout(Math.max(1, deadline.leftMillis()));
      var dialogue =
          new LoginDialogue(new DataInputStream(socket.getInputStream()), socket.getOutputStream());
      return credentials.isEmpty()
          ? said(dialogue.say(names(initiator, target, "None"), Then.LEAVE))
          : prove(dialogue, names(initiator, target, "CHAP"), credentials.get());
    } catch (SocketTimeoutException e) {
      return new Answer.Silent();
    } catch (EOFException e) {
      return new Answer.NotIscsi("it hung up");
    } catch (IOException e) {
      return new Answer.NotIscsi(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> names(Iqn initiator, Iqn target, String method) {
    var keys = new LinkedHashMap<String, String>();
    keys.put("InitiatorName", initiator.name());
    keys.put("TargetName", target.name());
    keys.put("SessionType", "Normal");
    keys.put("AuthMethod", method);
    return keys;
  }

  private static Answer prove(
      LoginDialogue dialogue, Map<String, String> names, ChapCredentials credentials)
      throws IOException {
    Response method = dialogue.say(names, Then.STAY);
    if (method.status() != 0) {
      return said(method);
    }
    if (!"CHAP".equals(method.keys().get("AuthMethod"))) {
      return new Answer.Unproven("it does not use CHAP");
    }
    Response question = dialogue.say(Map.of("CHAP_A", ChapProof.ALGORITHM), Then.STAY);
    if (question.status() != 0) {
      return said(question);
    }
    Optional<ChapProof> asked = ChapProof.asked(question.keys());
    if (asked.isEmpty()) {
      return new Answer.NotIscsi("it asks for CHAP and asks nothing that can be answered");
    }
    var proof = new LinkedHashMap<String, String>();
    asked.get().answer(credentials.initiator(), proof);
    ChapProof ours = ChapProof.fresh();
    credentials.target().ifPresent(login -> ours.ask(proof));
    Response last = dialogue.say(proof, Then.LEAVE);
    if (last.status() == 0
        && credentials.target().isPresent()
        && !ours.answeredBy(credentials.target().get(), last.keys())) {
      return new Answer.Unproven(
          last.keys().containsKey("CHAP_R")
              ? "its answer is not that of user "
                  + credentials.target().get().user()
                  + " with the secret of this side"
              : "it gives no answer");
    }
    return said(last);
  }

  private static Answer said(Response response) {
    return new Answer.Said(response.status(), response.keys());
  }
}
