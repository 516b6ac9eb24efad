// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A message that was handed over and not yet settled. Whoever claims it first settles it. */
final class Handed {
  private static final Logger log = LoggerFactory.getLogger(Handed.class);
  private static final String REQUEST_ID_HEADER = "x-request-id";

  private final InMessage in;
  private final Intake intake;
  private final AtomicBoolean isClaimed = new AtomicBoolean();
  // Written by who has claimed it, before its settlement is handed on.
  private volatile boolean isEnding;
  private volatile Passage passage = Passage.NONE;

  Handed(InMessage in, Intake intake) {
    this.in = in;
    this.intake = intake;
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

  Optional<Instant> deadline() {
    return parsed(WireHeaders.DEADLINE, Instant::parse);
  }

  Duration lastDelay() {
    return parsed(WireHeaders.LAST_DELAY, Duration::parse)
        .filter(delay -> !delay.isNegative())
        .orElse(Duration.ZERO);
  }

  Optional<String> requestId() {
    String own = in.headers().get(WireHeaders.REQUEST_ID);
    return own == null ? userRequestId(in.headers()) : Optional.of(own);
  }

  /** The request id that a sender gave as a header, as it is usual between HTTP services. */
  static Optional<String> userRequestId(Map<String, String> headers) {
    String exact = headers.get(REQUEST_ID_HEADER);
    if (exact != null || headers.isEmpty()) {
      return Optional.ofNullable(exact);
    }
    return headers.entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(REQUEST_ID_HEADER))
        .map(Map.Entry::getValue)
        .findFirst();
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
  private <V> Optional<V> parsed(String header, Function<String, V> parser) {
    String text = in.headers().get(header);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text));
    } catch (DateTimeParseException malformed) {
      return Optional.empty();
    }
  }
}
