// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import static dev.redrive.spi.FailureDialect.Part.ATTEMPTS;
import static dev.redrive.spi.FailureDialect.Part.ATTEMPT_TO_COME;
import static dev.redrive.spi.FailureDialect.Part.BY;
import static dev.redrive.spi.FailureDialect.Part.CAUSE;
import static dev.redrive.spi.FailureDialect.Part.FAILED_AT;
import static dev.redrive.spi.FailureDialect.Part.MESSAGE;
import static dev.redrive.spi.FailureDialect.Part.PLACE;
import static dev.redrive.spi.FailureDialect.Part.RETRIES;
import static dev.redrive.spi.FailureDialect.Part.SENT_AT;
import static dev.redrive.spi.FailureDialect.Part.TRACE;
import static dev.redrive.spi.FailureDialect.Part.TYPE;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The headers in which one kind of program says what became of a message. The names are those of
 * the programs' own documentation and sources; {@code docs/spec/wire.md} lists them.
 *
 * @param program what it is called
 * @param names by what they tell: the parts of a place from the outermost on, else the names that
 *     one thing is known by, of which the first that is there counts
 */
record FailureDialect(String program, Map<Part, List<String>> names) {
  /** What a header tells. */
  enum Part {
    /** Where the message was when it failed, in several headers. */
    PLACE,
    /** Who had it there: a group, an endpoint. */
    BY,
    /** The class of the exception. */
    TYPE,
    /** The class of what is beneath it. */
    CAUSE,
    /** What the exception says, or a reason in words. */
    MESSAGE,
    /** The stack trace. */
    TRACE,
    /** How many attempts there were. */
    ATTEMPTS,
    /** How many there were after the first. */
    RETRIES,
    /** The number of the one that would come next. */
    ATTEMPT_TO_COME,
    /** When it failed. */
    FAILED_AT,
    /** When it was sent first. */
    SENT_AT
  }

  /**
   * Any of these says that a message failed; the others may stand on one that is merely retried.
   */
  private static final Set<Part> OF_A_DEATH = Set.of(PLACE, TYPE, MESSAGE, TRACE);

  /** Those that are understood. Where a message has headers of several, the first counts. */
  static final List<FailureDialect> ALL =
      List.of(
          springKafka("kafka_dlt-"),
          // What retry topics, and the dead letter topic behind them, have instead.
          springKafka("kafka_"),
          of("Kafka")
              .with(PLACE, placeInKafka("__dlq.errors."))
              .with(BY, "__dlq.errors.group")
              .with(MESSAGE, "__dlq.errors.message")
              .with(ATTEMPTS, "__dlq.errors.delivery.count"),
          of("Kafka Connect")
              .with(PLACE, placeInKafka("__connect.errors."))
              .with(BY, "__connect.errors.connector.name")
              .with(TYPE, "__connect.errors.exception.class.name")
              .with(MESSAGE, "__connect.errors.exception.message")
              .with(TRACE, "__connect.errors.exception.stacktrace"),
          smallRye("dead-letter-"),
          smallRye("delayed-retry-"),
          of("Spring AMQP")
              .with(PLACE, "x-original-exchange", "x-original-routingKey")
              .with(MESSAGE, "x-exception-message")
              .with(TRACE, "x-exception-stacktrace"),
          of("NServiceBus")
              .with(PLACE, "NServiceBus.FailedQ")
              .with(BY, "NServiceBus.ProcessingEndpoint")
              .with(TYPE, "NServiceBus.ExceptionInfo.ExceptionType")
              .with(CAUSE, "NServiceBus.ExceptionInfo.InnerExceptionType")
              .with(MESSAGE, "NServiceBus.ExceptionInfo.Message")
              .with(TRACE, "NServiceBus.ExceptionInfo.StackTrace")
              .with(FAILED_AT, "NServiceBus.TimeOfFailure")
              .with(SENT_AT, "NServiceBus.TimeSent"),
          of("MassTransit")
              .with(PLACE, "MT-Fault-InputAddress")
              .with(BY, "MT-Fault-ConsumerType")
              .with(TYPE, "MT-Fault-ExceptionType")
              .with(MESSAGE, "MT-Fault-Message", "MT-Reason")
              .with(TRACE, "MT-Fault-StackTrace")
              .with(RETRIES, "MT-Fault-RetryCount")
              .with(FAILED_AT, "MT-Fault-Timestamp"),
          of("Watermill")
              .with(PLACE, "topic_poisoned")
              .with(BY, "handler_poisoned")
              .with(MESSAGE, "reason_poisoned"),
          // The count that programs keep who retry by hand.
          of("another program").with(ATTEMPTS, "x-retry", "retry_nums"));

  private static FailureDialect of(String program) {
    return new FailureDialect(program, Map.of());
  }

  private static FailureDialect springKafka(String prefix) {
    return of("Spring Kafka")
        .with(PLACE, placeInKafka(prefix + "original-"))
        .with(BY, prefix + "original-consumer-group")
        .with(TYPE, prefix + "exception-fqcn", prefix + "key-exception-fqcn")
        .with(CAUSE, prefix + "exception-cause-fqcn")
        .with(MESSAGE, prefix + "exception-message", prefix + "key-exception-message")
        .with(TRACE, prefix + "exception-stacktrace", prefix + "key-exception-stacktrace")
        .with(ATTEMPT_TO_COME, "retry_topic-attempts")
        .with(SENT_AT, "retry_topic-original-timestamp", prefix + "original-timestamp");
  }

  private static FailureDialect smallRye(String prefix) {
    return of("SmallRye")
        .with(PLACE, placeInKafka(prefix))
        .with(TYPE, prefix + "exception-class-name")
        .with(CAUSE, prefix + "cause-class-name")
        .with(MESSAGE, prefix + "reason", prefix + "cause")
        .with(RETRIES, "delayed-retry-count")
        .with(SENT_AT, "delayed-retry-original-timestamp");
  }

  private static String[] placeInKafka(String prefix) {
    return new String[] {prefix + "topic", prefix + "partition", prefix + "offset"};
  }

  private FailureDialect with(Part part, String... headers) {
    Map<Part, List<String>> more = new EnumMap<>(Part.class);
    more.putAll(names);
    more.put(part, List.of(headers));
    return new FailureDialect(program, more);
  }

  List<String> names(Part part) {
    return names.getOrDefault(part, List.of());
  }

  /** True if these headers say, in this way, that the message failed. */
  boolean tellsOfDeath(Map<String, String> headers) {
    return OF_A_DEATH.stream().anyMatch(part -> has(headers, part));
  }

  /** True if these headers say anything of the message's attempts in this way. */
  boolean isSpokenIn(Map<String, String> headers) {
    return tellsOfDeath(headers) || has(headers, ATTEMPTS);
  }

  private boolean has(Map<String, String> headers, Part part) {
    return names(part).stream().anyMatch(name -> !headers.getOrDefault(name, "").isEmpty());
  }
}
