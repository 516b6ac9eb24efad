// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.redrive.MessageState;
import dev.redrive.Successors;
import dev.redrive.retry.Reason;
import dev.redrive.spi.QueueSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class RecordsTest {
  private static final byte[] KEY = Keys.place(7, new Place(1_900_000_000_123L, 42));
  private static final Map<String, String> HEADERS = headers();

  private static final MessageRecord MESSAGE =
      new MessageRecord(
          "id-✓",
          "customer/17",
          1_900_000_000_000L,
          3,
          1,
          41,
          HEADERS,
          "{\"order\":17}".getBytes(StandardCharsets.UTF_8));

  private static final DeadRecord DEAD =
      new DeadRecord(Reason.EXPIRED, "it failed", "kind", MESSAGE);

  /** Each kind of record, and how it is read. */
  private static final List<Sample> SAMPLES =
      List.of(
          new Sample(MESSAGE, MESSAGE.encode().seal(KEY), MessageRecord::decode),
          new Sample(DEAD, DEAD.encode().seal(KEY), DeadRecord::decode),
          sample(
              new PointerRecord(new Place(5, 6), 300),
              PointerRecord::encode,
              PointerRecord::decode),
          sample(
              new EndRecord(MessageState.CANCELLED, 7, 8, 9, "history"),
              EndRecord::encode,
              EndRecord::decode),
          sample(new MarkRecord(10, 11), MarkRecord::encode, MarkRecord::decode),
          sample(KeyRecord.held("17", 14), KeyRecord::encode, KeyRecord::decode),
          sample(new PlaceRecord(new Place(12, 13)), PlaceRecord::encode, PlaceRecord::decode),
          sample(
              new CountRecord(1, 2, 3, 4, 5, 6, 1L << 40),
              CountRecord::encode,
              CountRecord::decode),
          sample(
              new QueueRecord(
                  10,
                  new QueueSpec(
                      "orders",
                      true,
                      Successors.GO_ON,
                      OptionalLong.empty(),
                      Duration.ofHours(24))),
              QueueRecord::encode,
              QueueRecord::decode),
          sample(
              new QueueRecord(
                  9, new QueueSpec("orders", true, OptionalLong.of(1_000), Duration.ofHours(24))),
              QueueRecord::encode,
              QueueRecord::decode));

  private record Sample(Object record, byte[] value, BiFunction<byte[], byte[], Object> decoder) {}

  private static <R> Sample sample(
      R record, BiFunction<R, byte[], byte[]> encoder, BiFunction<byte[], byte[], Object> decoder) {
    return new Sample(record, encoder.apply(record, KEY), decoder);
  }

  private static Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("z", "last letter first");
    headers.put("a", "");
    headers.put("ü", "€ 🚀");
    return headers;
  }

  @Test
  void message_comes_back_as_it_was_with_its_headers_in_order() {
    MessageRecord back = MessageRecord.decode(KEY, MESSAGE.encode().seal(KEY));

    assertThat(back).usingRecursiveComparison().isEqualTo(MESSAGE);
    assertThat(List.copyOf(back.headers().keySet())).containsExactly("z", "a", "ü");
  }

  @Test
  void every_record_comes_back_as_it_was() {
    for (Sample sample : SAMPLES) {
      assertThat(sample.decoder().apply(KEY, sample.value()))
          .usingRecursiveComparison()
          .isEqualTo(sample.record());
    }
  }

  @Test
  void every_flipped_bit_is_noticed() {
    for (Sample sample : SAMPLES) {
      for (int bit = 0; bit < sample.value().length * 8; bit++) {
        byte[] flipped = sample.value().clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        assertCorrupt(sample, KEY, flipped);
      }
    }
  }

  @Test
  void every_flipped_bit_of_the_key_is_noticed() {
    for (Sample sample : SAMPLES) {
      for (int bit = 0; bit < KEY.length * 8; bit++) {
        byte[] flipped = KEY.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        assertCorrupt(sample, flipped, sample.value());
      }
    }
  }

  @Test
  void every_cut_is_noticed() {
    for (Sample sample : SAMPLES) {
      for (int length = 0; length < sample.value().length; length++) {
        assertCorrupt(sample, KEY, Arrays.copyOf(sample.value(), length));
      }
    }
  }

  @Test
  void what_is_added_and_later_versions_are_noticed() {
    for (Sample sample : SAMPLES) {
      byte[] longer = Arrays.copyOf(sample.value(), sample.value().length + 1);
      assertCorrupt(sample, KEY, longer);
      BinaryWriter later = Frame.begin(2, 16).u64(1);
      assertCorrupt(sample, KEY, Frame.end(later, KEY));
    }
  }

  private static void assertCorrupt(Sample sample, byte[] key, byte[] value) {
    assertThatThrownBy(() -> sample.decoder().apply(key, value))
        .isInstanceOf(CorruptRecordException.class);
  }

  @Test
  void sound_frame_around_nonsense_is_refused() {
    // A length that points past the end, and a text that is none.
    BinaryWriter tooLong = Frame.begin(1, 16).number(1_000).u8(1);
    assertThatThrownBy(() -> MessageRecord.decode(KEY, Frame.end(tooLong, KEY)))
        .isInstanceOf(CorruptRecordException.class);
    BinaryWriter noText = Frame.begin(1, 16).block(new byte[] {(byte) 0xC3});
    assertThatThrownBy(() -> MessageRecord.decode(KEY, Frame.end(noText, KEY)))
        .isInstanceOf(CorruptRecordException.class);
  }

  @Test
  void keys_sort_as_their_numbers_do() {
    assertAscending(Keys.place(1, new Place(255, 9)), Keys.place(1, new Place(256, 0)));
    assertAscending(Keys.place(1, new Place(256, 1L << 40)), Keys.place(1, new Place(257, 0)));
    assertAscending(Keys.start(1), Keys.place(1, Place.FIRST));
    Place last = new Place(Long.MAX_VALUE, Long.MAX_VALUE);
    assertAscending(Keys.place(1, last), Keys.start(2));
    // A key's line holds nothing of a longer key that begins alike.
    assertAscending(Keys.ordered(1, "a", Long.MAX_VALUE), Keys.ordered(1, "ab", 1));
  }

  private static void assertAscending(byte[] one, byte[] other) {
    assertThat(Arrays.compareUnsigned(one, other)).isNegative();
  }
}
