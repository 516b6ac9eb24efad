// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Event;
import dev.redrive.MessageState;
import dev.redrive.QueueOptions;
import dev.redrive.Settled;
import dev.redrive.TraceContext;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  private static final String MIDDLE_OF_ATTEMPT = " passed in the middle of the attempt";

  private final Supplier<? extends QueueOptions<?>> options;
  private final Environment environment;
  private final EventHub events;
  private final DeathNotice notice;
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
    this.events = events;
    this.notice = new DeathNotice(options, handlers);
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
    return guarded(
        message,
        () ->
            settle(
                message,
                new Settlement.Ack(in.lease()),
                () -> new Event.Succeeded(queue(), now(), in.id(), in.attempt(), took)));
  }

  /** The message's key was done before: it is acknowledged without an attempt. */
  CompletionStage<Settled> recognised(Handed message, String key, byte[] result) {
    InMessage in = message.in();
    message.passage().unused();
    return guarded(
        message,
        () ->
            settle(
                message,
                new Settlement.Ack(in.lease()),
                () -> new Event.Recognised(queue(), now(), in.id(), key, result)));
  }

  /** The attempt failed: the policy decides. */
  CompletionStage<Settled> failed(Handed message, Throwable cause, Duration took) {
    Throwable failure = Causes.unwrap(cause);
    return guarded(
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
        ? tooLate(message, failure, verdict.rule())
        : dead(message, verdict.reason(), failure, Optional.of(verdict.rule()));
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
          queue(),
          message.in().id(),
          brokenRule);
      Causes.suppress(failure, brokenRule);
      return new Verdict.DeadLetter(Reason.NOT_RETRYABLE, "a rule that failed");
    }
  }

  private Failure failure(Handed message, Throwable cause) {
    return new Failure(
        message.in().attempt(), cause, now(), message.deadline(), message.lastDelay());
  }

  private CompletionStage<Settled> retry(
      Handed message,
      Throwable failure,
      Duration took,
      Verdict.Retry retry,
      Optional<String> culprit) {
    InMessage in = message.in();
    Instant now = now();
    Duration delay = retry.delay();
    Instant dueAt = Times.after(now, delay);
    if (message.deadline().map(end -> !dueAt.isBefore(end)).orElse(false)) {
      // The policy does not know that due times are whole milliseconds.
      return tooLate(message, failure, retry.rule());
    }
    String brief = FailureText.brief(failure);
    Map<String, String> headers =
        failureHeaders(message, new Transition(now, MessageState.RETRYING, in.attempt(), brief));
    headers.put(WireHeaders.LAST_DELAY, delay.toString());
    if (culprit.isPresent() || in.headers().containsKey(WireHeaders.DEPENDENCY)) {
      // Of the failure before, another one may have been blamed.
      headers.put(WireHeaders.DEPENDENCY, culprit.orElse(""));
    }
    return settle(
        message,
        new Settlement.Retry(in.lease(), dueAt, headers),
        () -> new Event.Retried(queue(), now, in.id(), in.attempt(), took, dueAt, brief));
  }

  private CompletionStage<Settled> discard(Handed message) {
    InMessage in = message.in();
    return settle(
        message,
        new Settlement.Discard(in.lease()),
        () -> new Event.Cancelled(queue(), now(), in.id()));
  }

  /** Gives the message back as if it had not been handed over. */
  CompletionStage<Settled> release(Handed message, String why) {
    message.passage().unused();
    return guarded(message, () -> deferred(message, why));
  }

  /** A gate keeps the message waiting for longer than it may stay in hand. */
  CompletionStage<Settled> putOff(Handed message, Answer.Wait wait) {
    return guarded(
        message,
        () -> deferred(message, wait.why(), MessageState.HELD, Times.after(now(), wait.time())));
  }

  /** Has the message wait for this much time before its attempt, which does not count. */
  CompletionStage<Settled> postpone(Handed message, Duration time, String why) {
    message.passage().unused();
    return guarded(
        message, () -> deferred(message, why, waitingState(message), Times.after(now(), time)));
  }

  private CompletionStage<Settled> deferred(Handed message, String why) {
    return deferred(message, why, waitingState(message));
  }

  private MessageState waitingState(Handed message) {
    InMessage in = message.in();
    MessageState waits = in.dueAt().isAfter(now()) ? MessageState.SCHEDULED : MessageState.READY;
    return in.attempt() > 1 ? MessageState.RETRYING : waits;
  }

  // It keeps its due time, and with that its place among those that wait.
  private CompletionStage<Settled> deferred(Handed message, String why, MessageState state) {
    return deferred(message, why, state, message.in().dueAt());
  }

  private CompletionStage<Settled> deferred(
      Handed message, String why, MessageState state, Instant dueAt) {
    InMessage in = message.in();
    Instant now = now();
    String history = HistoryWriter.with(in, new Transition(now, state, in.attempt() - 1, why));
    Map<String, String> headers =
        history.equals(HistoryWriter.header(in)) ? Map.of() : Map.of(WireHeaders.HISTORY, history);
    return settle(
        message,
        new Settlement.Defer(in.lease(), dueAt, headers),
        () -> new Event.Deferred(queue(), now, in.id(), dueAt, why));
  }

  /**
   * The deadline passed in the middle of the attempt. It counts, unless its handler had not been
   * called yet. The policy is not asked: no attempt may follow. The gates are told nothing: how
   * much time was left says nothing of the dependency.
   */
  CompletionStage<Settled> expired(Handed message, boolean hasBegun) {
    int attempt = message.in().attempt();
    message.passage().unused();
    return guarded(
        message,
        () ->
            hasBegun
                ? buried(message, Reason.EXPIRED, deadline(message) + MIDDLE_OF_ATTEMPT, attempt)
                : buried(message, Reason.EXPIRED, deadline(message) + " passed", attempt - 1));
  }

  private static String deadline(Handed message) {
    return "the deadline " + message.deadline().map(Instant::toString).orElse("");
  }

  /**
   * Settles the message if its attempt must not begin now; true if so. Nobody need have claimed.
   */
  boolean turnsAway(Handed message) {
    Optional<Admission.Refusal> refusal = Admission.check(message, options.get().policy(), now());
    if (refusal.isPresent() && message.claim()) {
      turnAway(message, refusal.get());
    }
    return refusal.isPresent();
  }

  /** The message was turned away before its attempt. */
  CompletionStage<Settled> turnAway(Handed message, Admission.Refusal refusal) {
    message.passage().unused();
    return guarded(
        message,
        () ->
            refusal
                .reason()
                .map(reason -> buried(message, reason, refusal.why(), message.in().attempt() - 1))
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
    return guarded(message, () -> dead(message, Reason.UNDECODABLE, cause, Optional.empty()));
  }

  /**
   * A claimed message that cannot even be settled must not be held for ever: its lease is let run
   * out, so that it comes again.
   */
  private static CompletionStage<Settled> guarded(
      Handed message, Supplier<CompletionStage<Settled>> settlement) {
    try {
      return settlement.get();
    } catch (Throwable failure) {
      message.letGo(failure);
      return CompletableFuture.failedStage(failure);
    }
  }

  /** The rule that said so is empty where no attempt was made. */
  private CompletionStage<Settled> dead(
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
  private CompletionStage<Settled> tooLate(Handed message, Throwable failure, String rule) {
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

  private CompletionStage<Settled> buried(Handed message, Reason reason, String why, int attempts) {
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
    Instant now = now();
    Map<String, String> headers =
        failureHeaders(
            message, new Transition(now, MessageState.DEAD, grave.attempts, grave.brief));
    Settlement.Dead dead =
        new Settlement.Dead(
            in.lease(), reason, grave.failure, grave.fingerprint, grave.attempts, headers);
    CompletionStage<Settled> settled =
        settle(
            message,
            dead,
            () -> new Event.Died(queue(), now, in.id(), grave.attempts, reason, grave.brief));
    return settled.whenComplete(
        (answer, error) -> {
          if (answer == Settled.DONE) {
            log.info(
                "message {} of queue {}{} is dead ({}, attempts: {}): {}",
                in.id(),
                queue(),
                message.origin().requestId().map(id -> ", request " + id).orElse(""),
                reason.wireName(),
                grave.attempts,
                grave.brief);
            notice.send(message, dead, now);
          }
        });
  }

  /** Brings the message's key to its end, if it holds one, and then the message. */
  private CompletionStage<Settled> settle(
      Handed message, Settlement settlement, Supplier<Event> event) {
    if (message.span() != NoAttempt.SPAN) {
      message.span().end(event.get());
    }
    Optional<KeyHold> hold = message.hold();
    if (hold.isEmpty()) {
      return settleNow(message, settlement, event);
    }
    CompletionStage<Boolean> ended =
        settlement instanceof Settlement.Ack ? keys.complete(hold.get()) : keys.free(hold.get());
    return ended.thenCompose(done -> guarded(message, () -> settleNow(message, settlement, event)));
  }

  private CompletionStage<Settled> settleNow(
      Handed message, Settlement settlement, Supplier<Event> event) {
    CompletionStage<Settled> settled = message.intake().settle(message, settlement);
    return settled.whenComplete(
        (answer, error) -> {
          if (answer == Settled.DONE) {
            events.tell(event);
          }
        });
  }

  private static Map<String, String> failureHeaders(Handed message, Transition transition) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(WireHeaders.HISTORY, HistoryWriter.with(message.in(), transition));
    headers.put(WireHeaders.LAST_FAILURE, transition.cause());
    if (!message.in().headers().containsKey(WireHeaders.FIRST_ATTEMPT)) {
      Optional<TraceContext> first = message.span().trace();
      first.ifPresent(trace -> headers.put(WireHeaders.FIRST_ATTEMPT, trace.parent()));
    }
    return headers;
  }

  private String queue() {
    return options.get().name();
  }

  private Instant now() {
    return environment.clock().instant();
  }
}
