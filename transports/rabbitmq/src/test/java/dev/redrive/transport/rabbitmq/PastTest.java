// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static dev.redrive.transport.rabbitmq.Broker.properties;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import dev.redrive.DeadLetter;
import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that other programs gave up, among the dead letters and in a queue that is worked. */
class PastTest {
  private static final Map<String, Object> FAULT =
      Map.of(
          "of", "somebody",
          "MT-Reason", "fault",
          "MT-Fault-InputAddress", "rabbitmq://localhost/orders",
          "MT-Fault-ExceptionType", "System.TimeoutException",
          "MT-Fault-Message", "too late",
          "MT-Fault-RetryCount", 3,
          "MT-Fault-Timestamp", "2026-03-01T10:00:00.1234560Z");
  private static final Instant FAILED = Instant.parse("2026-03-01T10:00:00.123Z");
  private static final String CAUSE =
      "MassTransit dead-lettered it out of rabbitmq://localhost/orders:"
          + " System.TimeoutException: too late";

  private Broker broker;
  private Channel channel;

  @BeforeEach
  void open() throws Exception {
    broker = new Broker(Broker.config());
    channel = broker.channel();
  }

  @AfterEach
  void close() throws Exception {
    broker.close();
  }

  private void publish(String queue, Map<String, Object> headers) throws Exception {
    channel.basicPublish("", queue, properties(headers), "payload".getBytes(UTF_8));
  }

  private static List<String> causes(List<Transition> history) {
    return history.stream().map(Transition::cause).toList();
  }

  private static List<Transition> history(InMessage message) {
    return History.parse(message.headers().getOrDefault(WireHeaders.HISTORY, ""));
  }

  @Test
  void what_another_program_put_among_the_dead_letters_says_why_and_is_replayed() throws Exception {
    broker.provision("past-letter");
    publish("contract.past-letter.dead", FAULT);

    DeadLetter letter = broker.letter("past-letter");
    assertThat(letter.reason()).isEqualTo(Reason.REJECTED);
    assertThat(letter.failure()).isEqualTo("System.TimeoutException: too late");
    assertThat(letter.fingerprint()).isEqualTo("foreign:System.TimeoutException");
    assertThat(letter.attempts()).isEqualTo(4);
    assertThat(letter.diedAt()).isEqualTo(Instant.parse("2026-03-01T10:00:00.123456Z"));
    assertThat(letter.history())
        .containsExactly(new Transition(FAILED, MessageState.DEAD, 4, CAUSE));
    assertThat(letter.headers()).containsEntry("of", "somebody").hasSize(FAULT.size());

    assertThat(broker.replay("past-letter")).isEqualTo(1);
    InMessage message = broker.next(broker.subscribe("past-letter"));
    assertThat(message.attempt()).isEqualTo(1);
    assertThat(causes(history(message))).containsExactly(CAUSE, "replayed");
    assertThat(message.headers())
        .containsEntry("MT-Fault-RetryCount", "3")
        .containsEntry(WireHeaders.REPLAYS, "1");
  }

  @Test
  void a_queue_of_another_programs_dead_letters_that_is_worked_tells_what_they_went_through()
      throws Exception {
    channel.exchangeDeclare("past.dlx", BuiltinExchangeType.FANOUT, true);
    channel.queueDeclare(
        "past-source", true, false, false, Map.of("x-dead-letter-exchange", "past.dlx"));
    broker.provision("past-dlq");
    channel.queueBind("past-dlq", "past.dlx", "");
    publish("past-source", FAULT);
    channel.basicReject(
        channel.basicGet("past-source", false).getEnvelope().getDeliveryTag(), false);

    InMessage message = broker.next(broker.subscribe("past-dlq"));
    assertThat(causes(history(message)))
        .containsExactly(CAUSE, "the broker moved it on out of past-source: rejected");
    assertThat(message.attempt()).as("attempts of others are not ours").isEqualTo(1);
  }

  @Test
  void a_message_that_nothing_happened_to_has_no_history() throws Exception {
    broker.provision("past-none");
    publish("past-none", Map.of("of", "somebody"));

    InMessage message = broker.next(broker.subscribe("past-none"));
    assertThat(message.headers()).doesNotContainKey(WireHeaders.HISTORY);
  }
}
