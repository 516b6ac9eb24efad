// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.MessageState;
import dev.redrive.Transition;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForeignFailureTest {
  private static final Instant NOW = Instant.parse("2026-03-02T00:00:00Z");
  private static final Instant FAILED = Instant.parse("2026-03-01T10:00:00.123456Z");

  private static Map<String, String> headers(String... namesAndValues) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return headers;
  }

  private static ForeignFailure of(String... namesAndValues) {
    return ForeignFailure.of(headers(namesAndValues)).orElseThrow();
  }

  private static String cause(ForeignFailure failure) {
    Transition transition = failure.transition(NOW);
    assertThat(transition.to()).isEqualTo(MessageState.DEAD);
    assertThat(transition.at()).isEqualTo(failure.at().orElse(NOW));
    assertThat(transition.attempt()).isEqualTo(failure.attempts().orElse(0));
    return transition.cause();
  }

  @Test
  void spring_kafka() {
    ForeignFailure failure =
        of(
            "kafka_dlt-original-topic", "orders",
            "kafka_dlt-original-partition", "2",
            "kafka_dlt-original-offset", "17",
            "kafka_dlt-original-timestamp", "1772359200000",
            "kafka_dlt-original-timestamp-type", "CreateTime",
            "kafka_dlt-original-consumer-group", "billing",
            "kafka_dlt-exception-fqcn", "org.springframework.kafka.listener.ListenerFailed",
            "kafka_dlt-exception-cause-fqcn", "java.io.IOException",
            "kafka_dlt-exception-message", "Listener failed; refused",
            "kafka_dlt-exception-stacktrace",
                "org.springframework.kafka.listener.ListenerFailed: Listener failed; refused\n\tat A");

    assertThat(cause(failure))
        .isEqualTo(
            "Spring Kafka dead-lettered it out of orders/2/17 (billing):"
                + " org.springframework.kafka.listener.ListenerFailed: Listener failed; refused");
    assertThat(failure.failure())
        .isEqualTo(
            "org.springframework.kafka.listener.ListenerFailed: Listener failed; refused\n at A");
    assertThat(failure.kind()).isEqualTo("java.io.IOException");
    assertThat(failure.attempts()).isEmpty();
    assertThat(failure.at()).isEmpty();
    assertThat(failure.sentAt()).contains(Instant.ofEpochMilli(1_772_359_200_000L));
  }

  @Test
  void spring_kafkas_retry_topics_count_the_attempt_to_come() {
    ForeignFailure failure =
        of(
            "kafka_original-topic", "orders-retry-1",
            "kafka_original-partition", "0",
            "kafka_original-timestamp", "1772359200500",
            "kafka_exception-fqcn", "java.io.IOException",
            "kafka_exception-message", "refused",
            "retry_topic-original-timestamp", "1772359200000",
            "retry_topic-backoff-timestamp", "1772359201000",
            "retry_topic-attempts", "4");

    assertThat(cause(failure))
        .isEqualTo(
            "Spring Kafka dead-lettered it out of orders-retry-1/0: java.io.IOException: refused");
    assertThat(failure.attempts()).hasValue(3);
    assertThat(failure.sentAt()).contains(Instant.ofEpochMilli(1_772_359_200_000L));
  }

  @Test
  void kafkas_share_groups() {
    ForeignFailure failure =
        of(
            "__dlq.errors.topic", "orders",
            "__dlq.errors.partition", "2",
            "__dlq.errors.offset", "41",
            "__dlq.errors.group", "billing",
            "__dlq.errors.delivery.count", "5",
            "__dlq.errors.message", "Offset 41 was delivered too often.");

    assertThat(cause(failure))
        .isEqualTo(
            "Kafka dead-lettered it out of orders/2/41 (billing):"
                + " Offset 41 was delivered too often.");
    assertThat(failure.attempts()).hasValue(5);
    assertThat(failure.kind()).isEqualTo("Offset * was delivered too often.");
  }

  @Test
  void kafka_connect() {
    ForeignFailure failure =
        of(
            "__connect.errors.topic", "orders",
            "__connect.errors.partition", "0",
            "__connect.errors.offset", "3",
            "__connect.errors.connector.name", "shop-sink",
            "__connect.errors.task.id", "0",
            "__connect.errors.stage", "VALUE_CONVERTER",
            "__connect.errors.class.name", "io.confluent.connect.avro.AvroConverter",
            "__connect.errors.exception.class.name", "o.a.k.c.e.DataException",
            "__connect.errors.exception.message", "no Avro",
            "__connect.errors.exception.stacktrace", "o.a.k.c.e.DataException: no Avro\n\tat B");

    assertThat(cause(failure))
        .isEqualTo(
            "Kafka Connect dead-lettered it out of orders/0/3 (shop-sink):"
                + " o.a.k.c.e.DataException: no Avro");
    assertThat(failure.failure()).isEqualTo("o.a.k.c.e.DataException: no Avro\n at B");
  }

  @Test
  void smallrye() {
    ForeignFailure failure =
        of(
            "dead-letter-topic", "orders",
            "dead-letter-partition", "0",
            "dead-letter-offset", "3",
            "dead-letter-exception-class-name", "java.lang.RuntimeException",
            "dead-letter-cause-class-name", "java.io.IOException",
            "dead-letter-reason", "handler failed",
            "dead-letter-cause", "refused");

    assertThat(cause(failure))
        .isEqualTo(
            "SmallRye dead-lettered it out of orders/0/3:"
                + " java.lang.RuntimeException: handler failed");
    assertThat(failure.kind()).isEqualTo("java.io.IOException");
  }

  @Test
  void smallryes_retry_topics() {
    ForeignFailure failure =
        of(
            "delayed-retry-topic", "orders",
            "delayed-retry-partition", "1",
            "delayed-retry-offset", "9",
            "delayed-retry-exception-class-name", "java.io.IOException",
            "delayed-retry-reason", "503",
            "delayed-retry-count", "3",
            "delayed-retry-original-timestamp", "1772359200000");

    assertThat(cause(failure))
        .isEqualTo("SmallRye dead-lettered it out of orders/1/9: java.io.IOException: 503");
    assertThat(failure.attempts()).hasValue(4);
    assertThat(failure.sentAt()).contains(Instant.ofEpochMilli(1_772_359_200_000L));
  }

  @Test
  void spring_amqp() {
    ForeignFailure failure =
        of(
            "x-original-exchange", "shop",
            "x-original-routingKey", "orders.created",
            "x-exception-message", "refused",
            "x-exception-stacktrace", "java.io.IOException: refused\n\tat A");

    assertThat(cause(failure))
        .isEqualTo("Spring AMQP dead-lettered it out of shop/orders.created: refused");
    assertThat(failure.failure()).isEqualTo("java.io.IOException: refused\n at A");
  }

  @Test
  void nservicebus() {
    ForeignFailure failure =
        of(
            "NServiceBus.FailedQ", "Shop@MACHINE",
            "NServiceBus.ProcessingEndpoint", "Shop",
            "NServiceBus.ExceptionInfo.ExceptionType", "System.Exception",
            "NServiceBus.ExceptionInfo.InnerExceptionType", "System.TimeoutException",
            "NServiceBus.ExceptionInfo.Message", "too late",
            "NServiceBus.ExceptionInfo.StackTrace", "   at Shop.Handle()",
            "NServiceBus.TimeSent", "2026-03-01 09:59:59:000000 Z",
            "NServiceBus.TimeOfFailure", "2026-03-01 10:00:00:123456 Z");

    assertThat(cause(failure))
        .isEqualTo(
            "NServiceBus dead-lettered it out of Shop@MACHINE (Shop): System.Exception: too late");
    assertThat(failure.failure()).isEqualTo("System.Exception: too late\nat Shop.Handle()");
    assertThat(failure.kind()).isEqualTo("System.TimeoutException");
    assertThat(failure.at()).contains(FAILED);
    assertThat(failure.sentAt()).contains(Instant.parse("2026-03-01T09:59:59Z"));
  }

  @Test
  void masstransit() {
    ForeignFailure failure =
        of(
            "MT-Reason", "fault",
            "MT-Fault-InputAddress", "rabbitmq://localhost/orders",
            "MT-Fault-ConsumerType", "Shop.Billing",
            "MT-Fault-ExceptionType", "System.TimeoutException",
            "MT-Fault-Message", "too late",
            "MT-Fault-MessageType", "Shop.Order",
            "MT-Fault-StackTrace", "at Shop.Billing.Consume()",
            "MT-Fault-RetryCount", "3",
            "MT-Fault-Timestamp", "2026-03-01T10:00:00.1234560Z");

    assertThat(cause(failure))
        .isEqualTo(
            "MassTransit dead-lettered it out of rabbitmq://localhost/orders (Shop.Billing):"
                + " System.TimeoutException: too late");
    assertThat(failure.attempts()).hasValue(4);
    assertThat(failure.at()).contains(FAILED);
  }

  @Test
  void masstransit_that_had_no_consumer() {
    assertThat(cause(of("MT-Reason", "dead-letter")))
        .isEqualTo("MassTransit dead-lettered it: dead-letter");
  }

  @Test
  void watermill() {
    ForeignFailure failure =
        of(
            "reason_poisoned", "dial tcp 10.0.0.1:80: refused",
            "topic_poisoned", "orders",
            "handler_poisoned", "billing",
            "subscriber_poisoned", "kafka.Subscriber");

    assertThat(cause(failure))
        .isEqualTo(
            "Watermill dead-lettered it out of orders (billing): dial tcp 10.0.0.1:80: refused");
    assertThat(failure.kind()).isEqualTo("dial tcp *.*.*.*:*: refused");
  }

  @Test
  void a_count_of_attempts_is_no_death() {
    for (String name : List.of("x-retry", "retry_nums")) {
      ForeignFailure failure = of(name, "3");

      assertThat(failure.isDeath()).isFalse();
      assertThat(failure.attempts()).hasValue(3);
      assertThat(failure.transition(NOW))
          .isEqualTo(
              new Transition(NOW, MessageState.RETRYING, 3, "another program had tried it before"));
    }
  }

  @Test
  void headers_that_tell_nothing_are_none() {
    assertThat(ForeignFailure.of(Map.of())).isEmpty();
    assertThat(ForeignFailure.of(headers("traceparent", "00-1", "x-request-id", "r"))).isEmpty();
    assertThat(ForeignFailure.of(headers("dead-letter-reason", ""))).isEmpty();
    assertThat(ForeignFailure.of(headers("retry_topic-attempts", "2")))
        .as("on its way through retry topics a message has not died")
        .isEmpty();
    assertThat(ForeignFailure.history(Map.of("a", "b"), NOW)).isEmpty();
  }

  @Test
  void what_makes_no_sense_is_absent_and_the_rest_is_told() {
    ForeignFailure failure =
        of(
            "MT-Fault-Message", "refused",
            "MT-Fault-RetryCount", "-3",
            "MT-Fault-Timestamp", "yesterday");

    assertThat(cause(failure)).isEqualTo("MassTransit dead-lettered it: refused");
    assertThat(failure.attempts()).isEmpty();
    assertThat(failure.at()).isEmpty();
    for (String count : List.of("0", "x", "1e3", "99999999999", "1000000", " 1")) {
      assertThat(of("x-exception-message", "a", "x-retry", count).attempts()).isEmpty();
      assertThat(of("MT-Reason", "a", "MT-Fault-RetryCount", count).attempts().orElse(1))
          .as(count)
          .isEqualTo(1);
    }
    for (String time :
        List.of("+1000000000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "9".repeat(15))) {
      assertThat(of("MT-Reason", "a", "MT-Fault-Timestamp", time).at()).as(time).isEmpty();
    }
  }

  @Test
  void texts_are_bounded_and_lines_are_lines() {
    ForeignFailure failure =
        of(
            "MT-Fault-InputAddress", "q".repeat(9_000),
            "MT-Fault-ExceptionType", "T\n" + "t".repeat(9_000),
            "MT-Fault-Message", "a\u0000\r\nb" + "m".repeat(9_000),
            "MT-Fault-StackTrace", "s".repeat(3_998) + "\ud83d\ude00" + "s".repeat(2_000_000));

    assertThat(failure.place()).hasSize(200).endsWith("…");
    assertThat(failure.failure()).hasSize(4_000).endsWith("…").contains("a \nb");
    assertThat(failure.brief()).hasSize(300).doesNotContain("\n");
    assertThat(failure.kind()).hasSize(100).startsWith("T t");
    assertThat(of("MT-Fault-StackTrace", "s".repeat(3_998) + "\ud83d\ude00s").failure())
        .as("no half of a pair")
        .isEqualTo("s".repeat(3_998) + "…");
  }

  @Test
  void a_history_tells_of_it_once() {
    ForeignFailure failure = of("MT-Fault-Message", "m".repeat(400));
    String history = ForeignFailure.history(headers("MT-Fault-Message", "m".repeat(400)), NOW);
    List<Transition> begun = History.parse(history);
    Transition replayed = new Transition(NOW.plusSeconds(1), MessageState.READY, 0, "replayed");

    assertThat(begun).singleElement().isEqualTo(failure.toldIn(List.of(), NOW).get(0));
    assertThat(failure.toldIn(begun, NOW)).isEqualTo(begun);
    assertThat(failure.toldIn(List.of(replayed), NOW)).hasSize(2).startsWith(replayed);
  }

  @Test
  void a_dialect_goes_before_those_that_are_vaguer() {
    assertThat(of("x-retry", "3", "reason_poisoned", "r").program()).isEqualTo("Watermill");
    assertThat(Optional.of(of("x-retry", "3", "x-exception-message", "r").attempts()))
        .as("the count of another program may be of anything")
        .contains(java.util.OptionalInt.empty());
  }
}
