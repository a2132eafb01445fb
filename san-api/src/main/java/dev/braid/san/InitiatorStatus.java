package dev.braid.san;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a node has said, and what it owes. A value: each change makes another.
 *
 * @param bootId the node's, which it says at each start
 * @param attested the node's words that were not yet answered for; the controller removes them
 * @param debts what the heads' books say that the node owes; the controller writes them
 * @param withdrawals how often the node took a word back, so that each time changes the resource: a
 *     write of that word which is still on its way meets a conflict
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record InitiatorStatus(
    @PrinterColumn(name = "Boot")
        @JsonPropertyDescription("The boot in which the node was heard last.")
        @Nullable String bootId,
    @JsonPropertyDescription(
            "The generations of volumes whose device, the node says, is gone from its kernel.")
        @Nullable List<AttestedGeneration> attested,
    @JsonPropertyDescription(
            "The generations of volumes that were taken from the node without its word.")
        @Nullable List<OwedGeneration> debts,
    @JsonPropertyDescription("How often the node took a word back.") @Nullable Long withdrawals) {

  /** Of a node that was never heard. */
  public static final InitiatorStatus EMPTY = new InitiatorStatus(null, List.of(), List.of(), 0L);

  public InitiatorStatus {
    attested = attested == null ? List.of() : List.copyOf(attested);
    debts = debts == null ? List.of() : List.copyOf(debts);
    withdrawals = withdrawals == null ? 0L : withdrawals;
  }

  public List<AttestedGeneration> words() {
    return Objects.requireNonNullElse(attested, List.of());
  }

  public List<OwedGeneration> owed() {
    return Objects.requireNonNullElse(debts, List.of());
  }

  public boolean attests(VolumeId volume, Generation generation) {
    return words().stream().anyMatch(w -> w.isOf(volume, generation));
  }

  public InitiatorStatus heardIn(BootId boot) {
    return new InitiatorStatus(boot.text(), attested, debts, withdrawals);
  }

  /** With this word; without an earlier one about the same generation. */
  public InitiatorStatus with(AttestedGeneration word) {
    var now = new ArrayList<>(words());
    now.removeIf(w -> w.volume().equals(word.volume()) && w.generation() == word.generation());
    now.add(word);
    return new InitiatorStatus(bootId, now, debts, withdrawals);
  }

  public InitiatorStatus without(Predicate<AttestedGeneration> word) {
    return new InitiatorStatus(
        bootId, words().stream().filter(word.negate()).toList(), debts, withdrawals);
  }

  /** With no word about this generation, and other than before in any case. */
  public InitiatorStatus withdrawn(VolumeId volume, Generation generation) {
    return new InitiatorStatus(
        bootId,
        words().stream().filter(w -> !w.isOf(volume, generation)).toList(),
        debts,
        Objects.requireNonNullElse(withdrawals, 0L) + 1);
  }

  public InitiatorStatus owing(List<OwedGeneration> now) {
    return new InitiatorStatus(bootId, attested, now, withdrawals);
  }
}
