// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.MessageState;
import dev.redrive.QueueOptions;
import dev.redrive.Settled;
import dev.redrive.Transition;
import dev.redrive.gate.Answer;
import dev.redrive.retry.Failure;
import dev.redrive.retry.Reason;
import dev.redrive.retry.Verdict;
import dev.redrive.spi.Environment;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what became of a message into its settlement, and tells about it once that is durable.
 * Every method wants a message that its caller has claimed.
 */
final class Settler {
  private static final Logger log = LoggerFactory.getLogger(Settler.class);

  private final Supplier<? extends QueueOptions<?>> options;
  private final Environment environment;
  private final Settlements settlements;
  private final Burial burial;
  private final Hold hold;
  private final KeyKeeper keys;

  /** Stops the queue for a while, or until somebody resumes it. */
  interface Hold {
    void hold(String why, Optional<Duration> time);
  }

  Settler(
      Supplier<? extends QueueOptions<?>> options,
      Environment environment,
      EventHub events,
      Executor handlers,
      Hold hold,
      KeyKeeper keys) {
    this.options = options;
    this.environment = environment;
    this.settlements = new Settlements(options, environment, events, keys);
    this.burial = new Burial(settlements, new DeathNotice(options, handlers));
    this.hold = hold;
    this.keys = keys;
  }

  /** The message's consumer has it for this much time from now. */
  void keep(Handed message, Duration time) {
    keys.keep(message, time);
  }

  CompletionStage<Settled> succeeded(Handed message, Duration took) {
    InMessage in = message.in();
    message.passage().succeeded(took);
    return Settlements.guarded(
        message,
        () ->
            settlements.settle(
                message,
                new Settlement.Ack(in.lease()),
                () ->
                    new Event.Succeeded(
                        settlements.queue(), settlements.now(), in.id(), in.attempt(), took)));
  }

  /** The message's key was done before: it is acknowledged without an attempt. */
  CompletionStage<Settled> recognised(Handed message, String key, byte[] result) {
    InMessage in = message.in();
    message.passage().unused();
    return Settlements.guarded(
        message,
        () ->
            settlements.settle(
                message,
                new Settlement.Ack(in.lease()),
                () ->
                    new Event.Recognised(
                        settlements.queue(), settlements.now(), in.id(), key, result)));
  }

  /** The attempt failed: the policy decides. */
  CompletionStage<Settled> failed(Handed message, Throwable cause, Duration took) {
    Throwable failure = Causes.unwrap(cause);
    return Settlements.guarded(
        message,
        () -> {
          message.span().fail(failure);
          Verdict verdict = verdict(message, failure);
          Optional<String> culprit = told(message, verdict, failure, took);
          return verdict.fold(
              retry -> retry(message, failure, took, retry, culprit),
              dead -> dead(message, failure, dead),
              held -> {
                hold.hold(held.why(), held.time());
                return deferred(message, held.why(), MessageState.HELD);
              },
              discard -> discard(message));
        });
  }

  private CompletionStage<Settled> dead(
      Handed message, Throwable failure, Verdict.DeadLetter verdict) {
    return verdict.reason() == Reason.EXPIRED
        ? burial.tooLate(message, failure, verdict.rule())
        : burial.dead(message, verdict.reason(), failure, Optional.of(verdict.rule()));
  }

  /**
   * Tells the gates, and gives the dependency that the policy blames. A permanent failure lies in
   * the message: the dependency answered.
   */
  private Optional<String> told(Handed message, Verdict verdict, Throwable failure, Duration took) {
    boolean isPermanent =
        verdict.fold(
            retry -> false,
            dead -> dead.reason() != Reason.ATTEMPTS_EXHAUSTED && dead.reason() != Reason.EXPIRED,
            held -> false,
            discard -> true);
    if (isPermanent) {
      message.passage().succeeded(took);
      return Optional.empty();
    }
    Optional<String> culprit = options.get().policy().dependency(failure(message, failure));
    message.passage().failed(failure, took, culprit);
    return culprit;
  }

  private Verdict verdict(Handed message, Throwable failure) {
    try {
      return options.get().policy().decide(failure(message, failure), environment.random());
    } catch (Throwable brokenRule) {
      // A predicate of the user's may throw; the message must not hang for that.
      log.error(
          "a rule of queue {} failed, so message {} goes to the dead letters",
          settlements.queue(),
          message.in().id(),
          brokenRule);
      Causes.suppress(failure, brokenRule);
      return new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "a rule that failed");
    }
  }

  private Failure failure(Handed message, Throwable cause) {
    return new Failure(
        message.in().attempt(), cause, settlements.now(), message.deadline(), message.lastDelay());
  }

  private CompletionStage<Settled> retry(
      Handed message,
      Throwable failure,
      Duration took,
      Verdict.Retry retry,
      Optional<String> culprit) {
    InMessage in = message.in();
    Instant now = settlements.now();
    Duration delay = retry.delay();
    Instant dueAt = Times.after(now, delay);
    if (message.deadline().map(end -> !dueAt.isBefore(end)).orElse(false)) {
      // The policy does not know that due times are whole milliseconds.
      return burial.tooLate(message, failure, retry.rule());
    }
    String brief = FailureText.brief(failure);
    Map<String, String> headers =
        Settlements.failureHeaders(
            message, new Transition(now, MessageState.RETRYING, in.attempt(), brief));
    headers.put(WireHeaders.LAST_DELAY, delay.toString());
    if (culprit.isPresent() || in.headers().containsKey(WireHeaders.DEPENDENCY)) {
      // Of the failure before, another one may have been blamed.
      headers.put(WireHeaders.DEPENDENCY, culprit.orElse(""));
    }
    return settlements.settle(
        message,
        new Settlement.Retry(in.lease(), dueAt, headers),
        () ->
            new Event.Retried(settlements.queue(), now, in.id(), in.attempt(), took, dueAt, brief));
  }

  private CompletionStage<Settled> discard(Handed message) {
    InMessage in = message.in();
    return settlements.settle(
        message,
        new Settlement.Discard(in.lease()),
        () -> new Event.Cancelled(settlements.queue(), settlements.now(), in.id()));
  }

  /** Gives the message back as if it had not been handed over. */
  CompletionStage<Settled> release(Handed message, String why) {
    message.passage().unused();
    return Settlements.guarded(message, () -> deferred(message, why));
  }

  /** A gate keeps the message waiting for longer than it may stay in hand. */
  CompletionStage<Settled> putOff(Handed message, Answer.Wait wait) {
    return Settlements.guarded(
        message,
        () ->
            deferred(
                message,
                wait.why(),
                MessageState.HELD,
                Times.after(settlements.now(), wait.time())));
  }

  /** Has the message wait for this much time before its attempt, which does not count. */
  CompletionStage<Settled> postpone(Handed message, Duration time, String why) {
    message.passage().unused();
    return Settlements.guarded(
        message,
        () -> deferred(message, why, waitingState(message), Times.after(settlements.now(), time)));
  }

  private CompletionStage<Settled> deferred(Handed message, String why) {
    return deferred(message, why, waitingState(message));
  }

  private MessageState waitingState(Handed message) {
    InMessage in = message.in();
    MessageState waits =
        in.dueAt().isAfter(settlements.now()) ? MessageState.SCHEDULED : MessageState.READY;
    return in.attempt() > 1 ? MessageState.RETRYING : waits;
  }

  // It keeps its due time, and with that its place among those that wait.
  private CompletionStage<Settled> deferred(Handed message, String why, MessageState state) {
    return deferred(message, why, state, message.in().dueAt());
  }

  private CompletionStage<Settled> deferred(
      Handed message, String why, MessageState state, Instant dueAt) {
    InMessage in = message.in();
    Instant now = settlements.now();
    String history = HistoryWriter.with(in, new Transition(now, state, in.attempt() - 1, why));
    Map<String, String> headers =
        history.equals(HistoryWriter.header(in)) ? Map.of() : Map.of(WireHeaders.HISTORY, history);
    return settlements.settle(
        message,
        new Settlement.Defer(in.lease(), dueAt, headers),
        () -> new Event.Deferred(settlements.queue(), now, in.id(), dueAt, why));
  }

  /**
   * Settles the message if its attempt must not begin now; true if so. Nobody need have claimed.
   */
  boolean turnsAway(Handed message) {
    Optional<Admission.Refusal> refusal =
        Admission.check(message, options.get().policy(), settlements.now());
    if (refusal.isPresent() && message.claim()) {
      turnAway(message, refusal.get());
    }
    return refusal.isPresent();
  }

  /** The message was turned away before its attempt. */
  CompletionStage<Settled> turnAway(Handed message, Admission.Refusal refusal) {
    message.passage().unused();
    return Settlements.guarded(
        message,
        () ->
            refusal
                .reason()
                .map(
                    reason ->
                        burial.buried(message, reason, refusal.why(), message.in().attempt() - 1))
                .orElseGet(() -> deferred(message, refusal.why())));
  }

  /** Releases a message that nobody may have claimed. */
  void giveBack(Handed message, String why) {
    if (message.claim()) {
      release(message, why);
    }
  }

  /** The payload could not be decoded: no attempt was made. */
  CompletionStage<Settled> undecodable(Handed message, Throwable cause) {
    message.passage().unused();
    return Settlements.guarded(
        message, () -> burial.dead(message, Reason.UNDECODABLE, cause, Optional.empty()));
  }

  /** The deadline passed in the middle of the attempt, see {@link Burial#expired}. */
  CompletionStage<Settled> expired(Handed message, boolean hasBegun) {
    return burial.expired(message, hasBegun);
  }
}
