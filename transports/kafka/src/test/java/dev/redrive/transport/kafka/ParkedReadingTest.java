// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParkedReadingTest {
  private final List<String> there = new ArrayList<>();
  private final List<String> came = new ArrayList<>();
  private final List<Runnable> taken = new ArrayList<>();
  private int toldCount;
  private final ParkedReading reading =
      new ParkedReading(
          new Parking.Listener() {
            @Override
            public void there(List<ConsumerRecord<byte[], byte[]>> records) {
              toldCount++;
              records.forEach(record -> there.add(text(record)));
            }

            @Override
            public void came(ConsumerRecord<byte[], byte[]> record, Runnable done) {
              came.add(text(record));
              taken.add(done);
            }
          },
          0);

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), UTF_8) + "@" + record.offset();
  }

  private static ConsumerRecord<byte[], byte[]> record(
      long offset, String key, byte @Nullable [] value) {
    return new ConsumerRecord<>("parked", 0, offset, key.getBytes(UTF_8), value);
  }

  private void read(long offset, String key) {
    reading.read(record(offset, key, new byte[1]));
  }

  private void ends(long offset, String key) {
    reading.read(record(offset, key, null));
  }

  @Test
  void of_each_place_the_last_record_is_told_at_the_end() {
    reading.ends(5);
    assertThat(reading.place()).as("the beginning").isEmpty();
    read(0, "10");
    read(1, "11");
    read(2, "10");
    reading.reached(3);
    assertThat(toldCount).isZero();
    ends(3, "11");
    read(4, "12");
    reading.reached(5);

    assertThat(there).containsExactly("10@2", "12@4");
    assertThat(reading.isPlaced()).as("it goes on from there").isTrue();
    reading.reached(6);
    assertThat(toldCount).isOne();
  }

  @Test
  void nothing_is_told_before_the_end_is_known() {
    reading.place();
    reading.reached(100);
    assertThat(toldCount).isZero();
    reading.ends(0);
    reading.reached(100);
    assertThat(toldCount).isOne();
  }

  @Test
  void what_is_wanted_and_not_done_is_told_when_it_is_read_once_more() {
    reading.ends(5);
    reading.place();
    read(0, "return-10");
    read(1, "return-11");
    read(2, "return-10");
    ends(3, "return-11");
    read(4, "12");
    reading.reached(5);
    assertThat(came).isEmpty();
    assertThat(reading.isPlaced()).isFalse();
    assertThat(reading.place()).contains(2L);

    read(2, "return-10");
    ends(3, "return-11");
    read(4, "12");
    read(5, "return-12");
    read(6, "13");
    ends(7, "return-12");
    assertThat(came).containsExactly("return-10@2", "return-12@5");
  }

  @Test
  void after_a_failure_it_goes_on_where_it_was() {
    reading.ends(0);
    reading.place();
    reading.reached(0);
    read(0, "return-10");
    reading.displace();

    assertThat(reading.place()).contains(1L);
    assertThat(reading.isPlaced()).isTrue();
  }

  @Test
  void no_more_payloads_are_on_their_way_than_are_taken() {
    reading.ends(0);
    reading.place();
    reading.reached(0);
    int count = 0;
    while (!reading.isFull()) {
      reading.read(record(count, "return-" + count, new byte[1_000_000]));
      count++;
    }
    assertThat(count).isBetween(7, 9);
    taken.get(0).run();
    assertThat(reading.isFull()).isFalse();
  }
}
