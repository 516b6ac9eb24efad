// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Message;
import dev.redrive.Origin;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.WireHeaders;
import dev.redrive.spi.WireTime;
import dev.redrive.trace.AttemptSpan;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A message that was handed over and not yet settled. Whoever claims it first settles it. */
final class Handed {
  private static final Logger log = LoggerFactory.getLogger(Handed.class);

  private final InMessage in;
  private final Intake intake;
  private final Optional<Instant> deadline;
  private final AtomicBoolean isClaimed = new AtomicBoolean();
  // Read when it is first asked for. Two at once make the same of it.
  private volatile @Nullable Origin origin;
  // Written once the attempt has begun, before anybody is given it.
  private volatile AttemptSpan span = NoAttempt.SPAN;
  // Written by who has claimed it, before its settlement is handed on.
  private volatile boolean isEnding;
  private volatile Passage passage = Passage.NONE;
  // Guarded by the lock of the worker that has it in hand.
  private Lineup.@Nullable Place place;
  // Both stay null where the queue has no idempotency.
  private volatile @Nullable KeyHold hold;
  private volatile @Nullable Message<?> decoded;

  Handed(InMessage in, Intake intake) {
    this.in = in;
    this.intake = intake;
    this.deadline = parsed(in, WireHeaders.DEADLINE, WireTime::read);
  }

  InMessage in() {
    return in;
  }

  Intake intake() {
    return intake;
  }

  /** True for the first caller alone: it has the right, and the duty, to settle. */
  boolean claim() {
    return isClaimed.compareAndSet(false, true);
  }

  /**
   * Settles it no more, whoever had claimed it: its lease runs out and it comes again. The last
   * resort of who holds it and cannot even settle it, and so made without allocating anything.
   */
  void letGo() {
    isClaimed.set(true);
    intake.drop(this);
  }

  /** As above, and says why. */
  void letGo(Throwable why) {
    letGo();
    log.error("message {} cannot go on and comes again", in.id(), why);
  }

  /** True once somebody has claimed it. */
  boolean isClaimed() {
    return isClaimed.get();
  }

  /** Where it stands among those in hand, if it has stood there; kept until it is settled. */
  Lineup.@Nullable Place place() {
    return place;
  }

  void place(Lineup.Place place) {
    this.place = place;
  }

  /** It has passed all gates before its attempt. */
  void pass(Passage passed) {
    passage = passed;
  }

  /** What the gates are told by. */
  Passage passage() {
    return passage;
  }

  /** Its settlement is on its way to the transport. */
  void ending() {
    isEnding = true;
  }

  /** Whether that is so. */
  boolean isEnding() {
    return isEnding;
  }

  /** The idempotency key that it holds, if any. */
  Optional<KeyHold> hold() {
    return Optional.ofNullable(hold);
  }

  void hold(KeyHold begun) {
    hold = begun;
  }

  /** The message as its handler will see it, if it had to be decoded before. */
  Optional<Message<?>> decoded() {
    return Optional.ofNullable(decoded);
  }

  void decoded(Message<?> early) {
    decoded = early;
  }

  Optional<Instant> deadline() {
    return deadline;
  }

  Duration lastDelay() {
    return parsed(in, WireHeaders.LAST_DELAY, Duration::parse)
        .filter(delay -> !delay.isNegative())
        .orElse(Duration.ZERO);
  }

  /** The span of its attempt. */
  AttemptSpan span() {
    return span;
  }

  /** Its attempt has begun, and this is its span. */
  void span(AttemptSpan begun) {
    span = begun;
  }

  /** The request that the message belongs to, and what else its sender told of that. */
  Origin origin() {
    Origin known = origin;
    if (known == null) {
      known = readOrigin();
      origin = known;
    }
    return known;
  }

  private Origin readOrigin() {
    Origin told = Origin.of(in.headers());
    Origin whole = deadline.isPresent() ? told.withDeadline(deadline.get()) : told;
    String own = in.headers().get(WireHeaders.REQUEST_ID);
    if (own == null) {
      return whole;
    }
    try {
      return whole.withRequestId(own);
    } catch (IllegalArgumentException malformed) {
      return whole;
    }
  }

  Optional<String> key() {
    return in.key().isEmpty() ? Optional.empty() : Optional.of(in.key());
  }

  /** The sender's headers, without the engine's. */
  Map<String, String> userHeaders() {
    boolean isPlain = in.headers().keySet().stream().noneMatch(Handed::isOwn);
    if (isPlain) {
      return in.headers();
    }
    Map<String, String> user = new LinkedHashMap<>(in.headers());
    user.keySet().removeIf(Handed::isOwn);
    return Collections.unmodifiableMap(user);
  }

  private static boolean isOwn(String name) {
    return name.startsWith(WireHeaders.PREFIX);
  }

  // Other programs may write these headers; a broken one counts as absent, the message as whole.
  private static <V> Optional<V> parsed(InMessage in, String header, Function<String, V> parser) {
    String text = in.headers().get(header);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }
}
