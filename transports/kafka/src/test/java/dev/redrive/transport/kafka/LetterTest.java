// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.DeadLetter;
import dev.redrive.MessageState;
import dev.redrive.Transition;
import dev.redrive.retry.Reason;
import dev.redrive.spi.History;
import dev.redrive.spi.WireHeaders;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class LetterTest {
  private static final Instant NOW = Instant.parse("2026-03-02T00:00:00.789Z");
  private static final byte[] BINARY_OF_NO_SIZE = {0, 0};
  private static final byte[] BINARY = {(byte) 0xff, 0, (byte) 0xc3, 0x28};

  private static Headers headers(String... namesAndValues) {
    Headers headers = new RecordHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(UTF_8));
    }
    return headers;
  }

  private static List<Header> senders(Headers headers) {
    return StreamSupport.stream(headers.spliterator(), false)
        .filter(header -> !header.key().startsWith(WireHeaders.PREFIX))
        .toList();
  }

  private static Letter foreign(byte[] key, Headers headers) {
    return new Letter("orders", Died.at(Died.DEAD, 23, key, "payload".getBytes(UTF_8), headers));
  }

  @Test
  void a_letter_tells_all_of_a_death() {
    DeadLetter letter =
        Died.letter(
                Died.message("orders", "m-1", 5, "customer"),
                Died.dead(Reason.EXPIRED, "java.io.IOException: refused\n  at A.b(A.java:1)", "ab"))
            .read();

    assertThat(letter.id()).isEqualTo("m-1");
    assertThat(letter.queue()).isEqualTo("orders");
    assertThat(letter.reason()).isEqualTo(Reason.EXPIRED);
    assertThat(letter.failure()).isEqualTo("java.io.IOException: refused\n  at A.b(A.java:1)");
    assertThat(letter.fingerprint()).isEqualTo("ab");
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(letter.firstSeen()).isEqualTo(Died.SENT);
    assertThat(letter.diedAt()).isEqualTo(Died.DIED);
    assertThat(letter.key()).contains("customer");
    assertThat(letter.headers()).isEqualTo(Map.of("of", "m-1"));
    assertThat(letter.body()).isEqualTo("body of m-1".getBytes(UTF_8));
  }

  @Test
  void a_death_that_is_written_again_is_the_same_letter_and_another_message_of_its_id_is_not() {
    Content content = Died.message("orders", "m", 5, "k");
    byte[] key =
        content
            .letter(Died.DEAD, new Letter.Death(Died.dead(), 0, Died.GROUP, Died.DIED, false))
            .key();

    assertThat(key).isEqualTo("m@orders-1-5".getBytes(UTF_8));
    assertThat(
            content
                .letter(Died.DEAD, new Letter.Death(Died.dead(), 2, Died.GROUP, NOW, false))
                .key())
        .isEqualTo(key);
    Content other = Died.message("orders", "m", 6, "k");
    assertThat(
            other
                .letter(Died.DEAD, new Letter.Death(Died.dead(), 0, Died.GROUP, Died.DIED, false))
                .key())
        .isNotEqualTo(key);
  }

  @Test
  void a_replayed_message_is_byte_for_byte_as_it_was() {
    Headers headers = headers("twice", "one", "x", "y", "twice", "two");
    headers.add("binary", BINARY).add("empty", new byte[0]).add("none", null);
    List<Header> before = senders(headers);
    Content content = new Content(Died.at("orders", 5, BINARY, BINARY, headers));

    Letter letter = Died.letter(content, Died.dead());
    ProducerRecord<byte[], byte[]> replayed = letter.replayed(3, NOW);

    assertThat(senders(replayed.headers())).isEqualTo(before);
    assertThat(replayed.key()).isEqualTo(BINARY);
    assertThat(replayed.value()).isEqualTo(BINARY);
    assertThat(replayed.topic()).isEqualTo("orders");
    assertThat(replayed.partition()).isEqualTo(1);
    assertThat(replayed.timestamp()).as("an old one would be deleted").isNull();
    assertThat(letter.read().key()).contains("ff00c328");
    assertThat(letter.read().headers())
        .isEqualTo(
            Map.of("twice", "two", "x", "y", "binary", "\ufffd\0\ufffd(", "empty", "", "none", ""));
  }

  @Test
  void a_message_without_key_and_payload_gets_neither() {
    Content content = new Content(Died.at("orders", 5, null, null, new RecordHeaders()));
    Letter letter = Died.letter(content, Died.dead());

    assertThat(letter.record().value()).as("no tombstone").isEmpty();
    assertThat(letter.read().body()).isEmpty();
    assertThat(letter.read().key()).isEmpty();
    assertThat(letter.replayed(3, NOW).key()).isNull();
    assertThat(letter.replayed(3, NOW).value()).isNull();
    assertThat(letter.replayed(3, NOW).headers().lastHeader(Wire.NO_BODY)).isNull();
  }

  @Test
  void an_empty_key_and_payload_stay_empty() {
    Content content =
        new Content(Died.at("orders", 5, new byte[0], new byte[0], new RecordHeaders()));
    ProducerRecord<byte[], byte[]> replayed = Died.letter(content, Died.dead()).replayed(3, NOW);

    assertThat(replayed.key()).isEmpty();
    assertThat(replayed.value()).isEmpty();
  }

  @Test
  void a_replayed_message_is_due_now_and_has_no_attempt_behind_it() {
    Headers headers = headers("a", "b");
    Wire.put(headers, WireHeaders.ID, "m");
    Wire.put(headers, WireHeaders.FIRST_SEEN, Wire.time(Died.SENT));
    Wire.put(headers, WireHeaders.DUE_AT, Wire.time(Died.SENT));
    Wire.put(headers, Wire.CRASHES, "2");
    Wire.put(headers, Wire.PARTITION, "2");
    Wire.put(headers, WireHeaders.REPLAYS, "4");
    Wire.put(headers, WireHeaders.REQUEST_ID, "r");
    Wire.put(headers, WireHeaders.DEADLINE, "2026-03-01T12:00:00Z");
    Content content = new Content(Died.at("orders", 5, null, BINARY, headers));

    ProducerRecord<byte[], byte[]> replayed = Died.letter(content, Died.dead()).replayed(3, NOW);
    Content again = new Content(Died.read(replayed, 99));

    assertThat(again.id()).isEqualTo("m");
    assertThat(again.attempts()).isZero();
    assertThat(again.crashes()).isZero();
    assertThat(again.firstSeen()).isEqualTo(Died.SENT);
    assertThat(again.dueAt(Instant.MAX)).isEqualTo(NOW);
    assertThat(again.texts())
        .containsOnlyKeys("a", WireHeaders.REPLAYS, WireHeaders.REQUEST_ID, WireHeaders.HISTORY);
    assertThat(again.texts()).containsEntry(WireHeaders.REPLAYS, "5");
    assertThat(History.parse(Wire.text(replayed.headers(), WireHeaders.HISTORY)))
        .singleElement()
        .satisfies(last -> assertThat(last.to()).isEqualTo(MessageState.READY));
    List<String> left =
        StreamSupport.stream(replayed.headers().spliterator(), false).map(Header::key).toList();
    assertThat(left)
        .containsExactlyInAnyOrder(
            "a",
            WireHeaders.ID,
            WireHeaders.FIRST_SEEN,
            WireHeaders.DUE_AT,
            WireHeaders.REPLAYS,
            WireHeaders.REQUEST_ID,
            WireHeaders.HISTORY);
  }

  @Test
  void a_partition_that_is_no_more_is_chosen_anew() {
    Letter letter = Died.letter(Died.message("orders", "m", 5, "k"), Died.dead());

    assertThat(letter.replayed(2, NOW).partition()).isEqualTo(1);
    assertThat(letter.replayed(1, NOW).partition()).isNull();
  }

  @Test
  void tools_that_know_springs_dead_letters_read_ours() {
    String failure = "java.io.IOException: refused: by\nhim\n  at A.b(A.java:1)\ncaused by B: c";
    Headers headers =
        Died.letter(Died.message("orders", "m", 5, "k"), Died.dead(Reason.EXPIRED, failure, "kind"))
            .record()
            .headers();

    assertThat(Wire.text(headers, "kafka_dlt-original-topic")).isEqualTo("orders");
    assertThat(headers.lastHeader("kafka_dlt-original-partition").value())
        .isEqualTo(new byte[] {0, 0, 0, 1});
    assertThat(headers.lastHeader("kafka_dlt-original-offset").value())
        .isEqualTo(new byte[] {0, 0, 0, 0, 0, 0, 0, 5});
    assertThat(headers.lastHeader("kafka_dlt-original-timestamp").value())
        .isEqualTo(ByteBuffer.allocate(8).putLong(Died.SENT.toEpochMilli()).array());
    assertThat(Wire.text(headers, "kafka_dlt-original-timestamp-type")).isEqualTo("CreateTime");
    assertThat(Wire.text(headers, "kafka_dlt-original-consumer-group")).isEqualTo(Died.GROUP);
    assertThat(Wire.text(headers, "kafka_dlt-exception-fqcn")).isEqualTo("java.io.IOException");
    assertThat(Wire.text(headers, "kafka_dlt-exception-message")).isEqualTo("refused: by\nhim");
    assertThat(Wire.text(headers, "kafka_dlt-exception-stacktrace")).isEqualTo(failure);
  }

  @Test
  void a_failure_that_is_no_exception_is_a_message() {
    Headers headers =
        Died.letter(
                Died.message("orders", "m", 5, "k"),
                Died.dead(Reason.REJECTED, "answered 503 " + "x".repeat(3_000), "kind"))
            .record()
            .headers();

    assertThat(headers.lastHeader("kafka_dlt-exception-fqcn")).isNull();
    assertThat(Wire.text(headers, "kafka_dlt-exception-message")).startsWith("answered 503 x");
    assertThat(Wire.text(headers, "kafka_dlt-exception-stacktrace")).hasSize(2_000).endsWith("…");
    assertThat(Wire.text(headers, Wire.FAILURE)).hasSize(3_013);
  }

  @Test
  void springs_headers_of_the_message_itself_are_kept_and_ours_are_not() {
    Headers headers =
        headers("kafka_dlt-original-topic", "first", "a", "b", "kafka_dlt-exception-fqcn", "X");
    List<Header> before = senders(headers);
    Letter letter =
        Died.letter(new Content(Died.at("orders", 5, null, BINARY, headers)), Died.dead());

    assertThat(Wire.text(letter.record().headers(), "kafka_dlt-original-topic"))
        .isEqualTo("orders");
    assertThat(senders(letter.replayed(3, NOW).headers())).isEqualTo(before);
    assertThat(letter.read().headers())
        .containsOnlyKeys("kafka_dlt-original-topic", "a", "kafka_dlt-exception-fqcn")
        .containsEntry("kafka_dlt-original-topic", "first");
  }

  @Test
  void a_letter_that_somebody_copied_to_the_queue_can_die_again() {
    Letter first = Died.letter(Died.message("orders", "m", 5, "k"), Died.dead());
    ConsumerRecord<byte[], byte[]> copied =
        Died.at(
            "orders", 6, first.record().key(), first.record().value(), first.record().headers());

    Letter second = Died.letter(new Content(copied), Died.dead(Reason.EXPIRED, "late", "late"));

    assertThat(second.read().failure()).isEqualTo("late");
    assertThat(second.read().headers()).isEqualTo(Map.of("of", "m"));
    assertThat(senders(second.replayed(3, NOW).headers()))
        .extracting(Header::key)
        .containsExactly("of");
  }

  @Test
  void what_spring_dead_lettered_is_a_letter() {
    Headers headers = headers("of", "somebody");
    headers.add("kafka_dlt-original-topic", "orders".getBytes(UTF_8));
    headers.add("kafka_dlt-original-partition", new byte[] {0, 0, 0, 2});
    headers.add(
        "kafka_dlt-original-timestamp",
        ByteBuffer.allocate(8).putLong(Died.SENT.toEpochMilli() - 5).array());
    headers.add("kafka_dlt-exception-fqcn", "org.spring.Wrapper".getBytes(UTF_8));
    headers.add("kafka_dlt-exception-cause-fqcn", "java.io.IOException".getBytes(UTF_8));
    headers.add("kafka_dlt-exception-message", "refused".getBytes(UTF_8));
    Letter letter = foreign("customer".getBytes(UTF_8), headers);
    DeadLetter read = letter.read();

    assertThat(read.id()).isEqualTo("redrive.orders.dead-1-23");
    assertThat(read.reason()).isEqualTo(Reason.REJECTED);
    assertThat(read.failure()).isEqualTo("org.spring.Wrapper: refused");
    assertThat(read.fingerprint()).isEqualTo("foreign:java.io.IOException");
    assertThat(read.key()).contains("customer");
    assertThat(read.headers()).isEqualTo(Map.of("of", "somebody"));
    assertThat(read.firstSeen()).isEqualTo(Died.SENT.minusMillis(5));
    assertThat(read.diedAt()).isEqualTo(Died.SENT);
    assertThat(read.history())
        .singleElement()
        .satisfies(
            last ->
                assertThat(last.cause())
                    .isEqualTo(
                        "Spring Kafka dead-lettered it out of orders/2:"
                            + " org.spring.Wrapper: refused"));
    ProducerRecord<byte[], byte[]> replayed = letter.replayed(3, NOW);
    assertThat(replayed.partition()).isEqualTo(2);
    assertThat(replayed.key()).isEqualTo("customer".getBytes(UTF_8));
    assertThat(replayed.value()).isEqualTo("payload".getBytes(UTF_8));
    assertThat(senders(replayed.headers())).extracting(Header::key).containsExactly("of");
    assertThat(new Content(Died.read(replayed, 1)).id()).isEqualTo(read.id());
    assertThat(History.parse(Wire.text(replayed.headers(), WireHeaders.HISTORY)))
        .as("what Spring knew is taken off, and is known still")
        .extracting(Transition::to)
        .containsExactly(MessageState.DEAD, MessageState.READY);
  }

  @Test
  void what_another_program_dead_lettered_keeps_its_headers_and_tells_all() {
    Headers headers =
        headers(
            "__dlq.errors.topic", "orders",
            "__dlq.errors.partition", "1",
            "__dlq.errors.offset", "41",
            "__dlq.errors.group", "billing",
            "__dlq.errors.delivery.count", "5",
            "__dlq.errors.message", "rejected");
    List<Header> before = senders(headers);
    Letter letter = foreign(BINARY, headers);
    DeadLetter read = letter.read();

    assertThat(read.failure()).isEqualTo("rejected");
    assertThat(read.fingerprint()).isEqualTo("foreign:rejected");
    assertThat(read.attempts()).isEqualTo(5);
    assertThat(read.history())
        .singleElement()
        .isEqualTo(
            new Transition(
                Died.SENT,
                MessageState.DEAD,
                5,
                "Kafka dead-lettered it out of orders/1/41 (billing): rejected"));
    assertThat(senders(letter.replayed(3, NOW).headers())).isEqualTo(before);
    assertThat(new Content(Died.read(letter.replayed(3, NOW), 1)).attempts()).isZero();
  }

  @Test
  void a_count_of_attempts_alone_does_not_say_who_put_it_there() {
    DeadLetter read = foreign(BINARY, headers("retry_nums", "4")).read();

    assertThat(read.attempts()).isEqualTo(4);
    assertThat(read.history())
        .extracting(Transition::cause)
        .containsExactly(
            "another program had tried it before", "somebody else put it among the dead letters");
  }

  @Test
  void numbers_that_spring_writes_in_binary_are_shown_in_digits_and_stay_as_they_are() {
    Headers headers = headers("kafka_original-topic", "orders-retry-1");
    headers.add("kafka_original-partition", new byte[] {0, 0, 0, 2});
    headers.add("kafka_original-offset", new byte[] {0, 0, 0, 0, 0, 0, 1, 17});
    headers.add("retry_topic-attempts", new byte[] {0, 0, 0, 4});
    headers.add(
        "retry_topic-backoff-timestamp", BigInteger.valueOf(1_772_359_200_000L).toByteArray());
    headers.add("kafka_original-timestamp", "12345678".getBytes(UTF_8));
    headers.add("kafka_deliveryAttempt", BINARY_OF_NO_SIZE);
    headers.add("plain", new byte[] {0, 0, 0, 4});
    Content message = new Content(Died.at("orders-dlt", 5, null, BINARY, headers));

    assertThat(message.texts())
        .containsEntry("kafka_original-partition", "2")
        .containsEntry("kafka_original-offset", "273")
        .containsEntry("retry_topic-attempts", "4")
        .containsEntry("retry_topic-backoff-timestamp", "1772359200000")
        .containsEntry("kafka_original-timestamp", "12345678")
        .containsEntry("kafka_deliveryAttempt", "\0\0")
        .containsEntry("plain", "\0\0\0\4");
    Letter letter = Died.letter(message, Died.dead());
    assertThat(senders(letter.replayed(3, NOW).headers())).isEqualTo(senders(headers));
  }

  @Test
  void what_anybody_else_put_there_is_a_letter() {
    Letter letter = foreign(BINARY, new RecordHeaders());

    assertThat(letter.read().failure()).contains("somebody else");
    assertThat(letter.read().fingerprint()).isEqualTo("foreign:unknown");
    assertThat(letter.read().body()).isEqualTo("payload".getBytes(UTF_8));
    assertThat(letter.replayed(3, NOW).partition()).isNull();
    assertThat(letter.replayed(3, NOW).key()).isEqualTo(BINARY);
  }

  @Test
  void headers_that_make_no_sense_are_taken_for_absent() {
    Headers headers = headers(WireHeaders.ID, "m", Wire.DIED_AT, "never", Wire.REASON, "boredom");
    headers.add("kafka_dlt-original-partition", new byte[] {1});
    Letter letter = foreign(BINARY, headers);

    assertThat(letter.read().id()).isEqualTo("m");
    assertThat(letter.read().reason()).isEqualTo(Reason.REJECTED);
    assertThat(letter.read().diedAt()).isEqualTo(Died.SENT);
    assertThat(letter.replayed(3, NOW).partition()).isNull();
    assertThat(letter.read().key()).isEqualTo(Optional.empty());
  }
}
