// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.transport.kafka.Parked.Place;
import dev.redrive.transport.kafka.Parked.State;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParkedTest {
  private static final String TOPIC = "redrive.orders.parked";
  private static final Place PLACE = new Place(3, 1_234);

  private static ProducerRecord<byte[], byte[]> message(
      byte @Nullable [] key, byte @Nullable [] value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("colour", "red".getBytes(UTF_8));
    headers.add("colour", "blue".getBytes(UTF_8));
    Wire.put(headers, "redrive-id", "one");
    return new ProducerRecord<>("orders", 3, null, key, value, headers);
  }

  private static ConsumerRecord<byte[], byte[]> stored(ProducerRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        77,
        1_000,
        TimestampType.CREATE_TIME,
        1,
        1,
        record.key(),
        record.value(),
        record.headers(),
        Optional.empty());
  }

  private static Parked read(ProducerRecord<byte[], byte[]> record) {
    return Parked.read("orders", stored(record)).orElseThrow();
  }

  @Test
  void message_is_at_its_place_as_it_was() {
    Parked parked =
        read(
            Parked.message(
                TOPIC, PLACE, State.WAITING, message(new byte[] {1, -1}, "x".getBytes(UTF_8))));

    assertThat(parked.place()).isEqualTo(1_234);
    assertThat(parked.state()).isEqualTo(State.WAITING);
    assertThat(parked.isReturn()).isFalse();
    ConsumerRecord<byte[], byte[]> message = parked.message().record();
    assertThat(message.topic()).isEqualTo("orders");
    assertThat(message.partition()).isEqualTo(3);
    assertThat(message.offset()).isEqualTo(1_234);
    assertThat(message.key()).containsExactly(1, -1);
    assertThat(message.value()).asString(UTF_8).isEqualTo("x");
    assertThat(message.headers()).containsExactlyElementsOf(message(null, null).headers());
  }

  @Test
  void message_without_key_and_body_stays_so() {
    Parked parked = read(Parked.message(TOPIC, PLACE, State.WAITING, message(null, null)));

    assertThat(parked.message().record().key()).isNull();
    assertThat(parked.message().record().value()).isNull();
  }

  @Test
  void what_waits_there_is_never_a_tombstone() {
    assertThat(Parked.message(TOPIC, PLACE, State.WAITING, message(null, null)).value())
        .isNotNull();
    assertThat(Parked.mark(TOPIC, PLACE, State.DEAD, null).value()).isNotNull();
    assertThat(Parked.mark(TOPIC, PLACE, State.PURGED, null).value()).isNotNull();
  }

  @Test
  void it_is_known_who_began() {
    Parked parked = read(Parked.begun(TOPIC, PLACE, message(null, null), -42));

    assertThat(parked.state()).isEqualTo(State.BEGUN);
    assertThat(parked.process()).isEqualTo(-42);
    assertThat(parked.message().record().headers())
        .containsExactlyElementsOf(message(null, null).headers());
  }

  @Test
  void what_stands_there_and_what_is_wanted_have_keys_of_their_own() {
    ProducerRecord<byte[], byte[]> dead =
        Parked.mark(TOPIC, PLACE, State.DEAD, "k".getBytes(UTF_8));
    ProducerRecord<byte[], byte[]> replayed =
        Parked.message(TOPIC, PLACE, State.REPLAYED, message(null, null));

    assertThat(dead.key()).asString(UTF_8).isEqualTo("1234");
    assertThat(Parked.left(TOPIC, PLACE).key()).isEqualTo(dead.key());
    assertThat(replayed.key()).asString(UTF_8).isEqualTo("return-1234");
    assertThat(Parked.returned(TOPIC, PLACE).key()).isEqualTo(replayed.key());
    assertThat(read(replayed).isReturn()).isTrue();
    assertThat(read(replayed).place()).isEqualTo(1_234);
    assertThat(read(dead).message().key()).isEqualTo("k");
  }

  @Test
  void record_of_somebody_else_means_nothing() {
    assertThat(Parked.read("orders", stored(message("1234".getBytes(UTF_8), new byte[1]))))
        .isEmpty();
    ProducerRecord<byte[], byte[]> foreign = Parked.mark(TOPIC, PLACE, State.DEAD, null);
    assertThat(
            Parked.read(
                "orders",
                stored(
                    new ProducerRecord<>(
                        TOPIC, 3, null, "other".getBytes(UTF_8), new byte[0], foreign.headers()))))
        .isEmpty();
  }

  @Test
  void what_others_wrote_under_our_names_is_not_believed() {
    ProducerRecord<byte[], byte[]> foreign = message(null, "x".getBytes(UTF_8));
    foreign.headers().add("redrive-process", "no number".getBytes(UTF_8));
    foreign.headers().add("redrive-no-body", "true".getBytes(UTF_8));
    Parked parked = read(Parked.message(TOPIC, PLACE, State.WAITING, foreign));
    assertThat(parked.message().body()).isNotEmpty();

    ProducerRecord<byte[], byte[]> begun = Parked.begun(TOPIC, PLACE, foreign, 7);
    Wire.put(begun.headers(), Wire.PROCESS, "no number");
    assertThat(read(begun).process()).isZero();
  }

  @Test
  void letter_says_where_its_message_died() {
    assertThat(Place.of("one@orders-3-1234".getBytes(UTF_8))).contains(PLACE);
    assertThat(Place.of("with@and\n-1-2@or-ders.v2-3-1234".getBytes(UTF_8))).contains(PLACE);
    assertThat(Place.of("orders-3-1234".getBytes(UTF_8))).isEmpty();
    assertThat(Place.of(new byte[] {-1, 0})).isEmpty();
  }
}
