// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import dev.redrive.Codec;
import dev.redrive.QueueOptions;
import dev.redrive.Successors;
import dev.redrive.gate.GateFactory;
import dev.redrive.retry.InvalidPolicyException;
import dev.redrive.retry.RetryPolicy;
import dev.redrive.server.json.Fields;
import dev.redrive.server.webhook.Destination;
import dev.redrive.server.webhook.DestinationBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Reads the settings of a queue. */
public final class QueueReader {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(1);
  private static final Duration TIMEOUT_MAX = Duration.ofDays(1);
  private static final Duration DELIVER_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration DELIVER_TIMEOUT_MAX = Duration.ofMinutes(30);
  private static final Duration DEDUP_WINDOW_MAX = Duration.ofDays(30);
  private static final int CONCURRENCY_MAX = 10_000;

  /** An attempt is not to be cut off by the engine while the webhook may still be answered. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private QueueReader() {}

  /** Reads one queue; its mistakes are added to those of the fields, and it is then empty. */
  public static Optional<QueueConfig> read(String name, Fields fields) {
    int mistakes = fields.problems().size();
    Optional<DeliverConfig> deliver = fields.object("deliver").flatMap(QueueReader::deliver);
    Optional<Duration> timeout = fields.duration("timeout", TIMEOUT_MIN, TIMEOUT_MAX);
    if (timeout.isPresent() && deliver.isPresent()) {
      checkOrder(fields, deliver.get().timeout(), timeout.get());
    }
    Map<String, Object> retry = fields.tree("retry").orElse(Map.of());
    QueueOptions.Builder<byte[]> builder =
        QueueOptions.builder(name, Codec.bytes())
            .timeout(timeout.orElseGet(() -> timeoutFor(deliver)));
    if (!retry.isEmpty()) {
      policy(fields, retry).ifPresent(builder::policy);
    }
    fields
        .number("concurrency", 1, CONCURRENCY_MAX)
        .ifPresent(concurrency -> builder.concurrency((int) concurrency));
    Optional<Successors> successors = fields.parsed("successors", QueueReader::successors);
    if (fields.flag("ordered")) {
      builder.ordered(successors.orElse(Successors.WAIT));
    } else if (fields.has("successors")) {
      fields.problem("successors", "is for ordered queues: say `ordered: true` as well");
    }
    fields.number("maxWaiting", 1, Long.MAX_VALUE).ifPresent(builder::maxWaiting);
    fields.duration("dedupWindow", Duration.ZERO, DEDUP_WINDOW_MAX).ifPresent(builder::dedupWindow);
    dependency(fields, deliver).ifPresent(builder::dependency);
    Map<String, Object> limits = fields.tree("limits").orElse(Map.of());
    fields
        .object("limits")
        .map(LimitsReader::read)
        .ifPresent(gates -> builder.gates(gates.toArray(GateFactory[]::new)));
    Map<String, Object> choice = fields.tree("choice").orElse(Map.of());
    fields.object("choice").map(ChoiceReader::read).ifPresent(builder::choice);
    Duration longest = timeout.orElseGet(() -> timeoutFor(deliver));
    Optional<IdempotencyConfig> idempotency =
        fields.object("idempotency").flatMap(each -> IdempotencyConfig.read(each, longest));
    Optional<PoolConfig> pool = PoolConfig.read(fields);
    fields.end();
    if (fields.problems().size() > mistakes) {
      return Optional.empty();
    }
    return fields
        .attempt(builder::build)
        .map(
            options -> new QueueConfig(options, deliver, retry, limits, choice, pool, idempotency));
  }

  /**
   * The destination of these settings.
   *
   * @throws IllegalArgumentException if no delivery to it can succeed
   */
  public static Destination destination(DeliverConfig config) {
    DestinationBuilder builder =
        Destination.to(config.url()).timeout(config.timeout()).allowPrivate(config.allowPrivate());
    config.secret().ifPresent(builder::secret);
    return builder.build();
  }

  /** By default what is delivered to, because a webhook is called for each message. */
  private static Optional<String> dependency(Fields fields, Optional<DeliverConfig> deliver) {
    Optional<String> named = fields.text("dependency");
    boolean isGuarded = !fields.has("breaker") || fields.flag("breaker");
    if (named.isPresent() && !isGuarded) {
      fields.problem("dependency", "goes with a breaker: leave `breaker: false` out");
    }
    return isGuarded ? named.or(() -> deliver.map(QueueReader::host)) : Optional.empty();
  }

  /** The host that a webhook lies at. */
  static String host(DeliverConfig deliver) {
    return destination(deliver).url().host();
  }

  private static Successors successors(String text) {
    return Successors.fromWireName(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "`" + text + "` is not known here; write `wait` or `goOn`"));
  }

  private static Optional<RetryPolicy> policy(Fields fields, Map<String, Object> retry) {
    try {
      return Optional.of(RetryPolicy.parse(retry, fields.place("retry")));
    } catch (InvalidPolicyException e) {
      // These know their places already.
      e.problems().forEach(problem -> fields.problems().add(problem.toString()));
      return Optional.empty();
    }
  }

  private static Optional<DeliverConfig> deliver(Fields fields) {
    int mistakes = fields.problems().size();
    Optional<String> url = fields.text("url");
    if (!fields.has("url")) {
      fields.problem("url", "is missing: say where to deliver, or leave `deliver` out");
    }
    Optional<String> secret = fields.anyText("secret").filter(text -> !text.isEmpty());
    Duration timeout =
        fields.duration("timeout", TIMEOUT_MIN, DELIVER_TIMEOUT_MAX).orElse(DELIVER_TIMEOUT);
    boolean allowPrivate = fields.flag("allowPrivate");
    fields.end();
    if (url.isEmpty() || fields.problems().size() > mistakes) {
      return Optional.empty();
    }
    DeliverConfig config = new DeliverConfig(url.get(), secret, timeout, allowPrivate);
    return fields.attempt(() -> destination(config)).map(checked -> config);
  }

  private static Duration timeoutFor(Optional<DeliverConfig> deliver) {
    return deliver
        .map(webhook -> webhook.timeout().plus(MARGIN))
        .filter(needed -> needed.compareTo(TIMEOUT) > 0)
        .orElse(TIMEOUT);
  }

  private static void checkOrder(Fields fields, Duration deliver, Duration timeout) {
    if (deliver.compareTo(timeout) > 0) {
      fields.problem("timeout", "must not be shorter than `deliver.timeout`");
    }
  }
}
