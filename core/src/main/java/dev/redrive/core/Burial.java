// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.MessageState;
import dev.redrive.Settled;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages to the dead letters, each with what it died of. Every method wants a message that
 * its caller has claimed.
 */
final class Burial {
  private static final Logger log = LoggerFactory.getLogger(Burial.class);
  private static final String MIDDLE_OF_ATTEMPT = " passed in the middle of the attempt";

  private final Settlements settlements;
  private final DeathNotice notice;

  Burial(Settlements settlements, DeathNotice notice) {
    this.settlements = settlements;
    this.notice = notice;
  }

  /**
   * The deadline passed in the middle of the attempt. It counts, unless its handler had not been
   * called yet. The policy is not asked: no attempt may follow. The gates are told nothing: how
   * much time was left says nothing of the dependency.
   */
  CompletionStage<Settled> expired(Handed message, boolean hasBegun) {
    int attempt = message.in().attempt();
    message.passage().unused();
    return Settlements.guarded(
        message,
        () ->
            hasBegun
                ? buried(message, Reason.EXPIRED, deadline(message) + MIDDLE_OF_ATTEMPT, attempt)
                : buried(message, Reason.EXPIRED, deadline(message) + " passed", attempt - 1));
  }

  private static String deadline(Handed message) {
    return "the deadline " + message.deadline().map(Instant::toString).orElse("");
  }

  /** The rule that said so is empty where no attempt was made. */
  CompletionStage<Settled> dead(
      Handed message, Reason reason, Throwable failure, Optional<String> rule) {
    int attempt = message.in().attempt();
    return bury(
        message,
        reason,
        new Grave(
            FailureText.brief(failure),
            FailureText.full(failure) + rule.map(name -> "\ndecided by " + name).orElse(""),
            FailureText.fingerprint(failure),
            rule.isPresent() ? attempt : attempt - 1));
  }

  /** An attempt failed, and the next one could not start before the deadline. */
  CompletionStage<Settled> tooLate(Handed message, Throwable failure, String rule) {
    String why = "no further attempt before " + deadline(message);
    return bury(
        message,
        Reason.EXPIRED,
        new Grave(
            why + ": " + FailureText.brief(failure),
            FailureText.full(failure) + "\n" + why + "\ndecided by " + rule,
            FailureText.fingerprint(failure),
            message.in().attempt()));
  }

  /** It dies without a failure of its own. */
  CompletionStage<Settled> buried(Handed message, Reason reason, String why, int attempts) {
    String last = message.in().headers().get(WireHeaders.LAST_FAILURE);
    String full = last == null ? why : why + "; the last failure was: " + last;
    return bury(
        message,
        reason,
        new Grave(why, full, FailureText.fingerprint(reason.wireName()), attempts));
  }

  private record Grave(String brief, String failure, String fingerprint, int attempts) {}

  private CompletionStage<Settled> bury(Handed message, Reason reason, Grave grave) {
    InMessage in = message.in();
    Instant now = settlements.now();
    Map<String, String> headers =
        Settlements.failureHeaders(
            message, new Transition(now, MessageState.DEAD, grave.attempts, grave.brief));
    Settlement.Dead dead =
        new Settlement.Dead(
            in.lease(), reason, grave.failure, grave.fingerprint, grave.attempts, headers);
    CompletionStage<Settled> settled =
        settlements.settle(
            message,
            dead,
            () ->
                new Event.Died(
                    settlements.queue(), now, in.id(), grave.attempts, reason, grave.brief));
    return settled.whenComplete(
        (answer, error) -> {
          if (answer == Settled.DONE) {
            log.info(
                "message {} of queue {}{} is dead ({}, attempts: {}): {}",
                in.id(),
                settlements.queue(),
                message.origin().requestId().map(id -> ", request " + id).orElse(""),
                reason.wireName(),
                grave.attempts,
                grave.brief);
            notice.send(message, dead, now);
          }
        });
  }
}
