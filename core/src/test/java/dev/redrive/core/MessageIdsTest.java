// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
  private final VirtualTime time = new VirtualTime();
  private final MessageIds ids = new MessageIds(time, new Random(3));

  @Test
  void ids_do_not_repeat_though_the_clock_stands_still() {
    Set<String> all = new HashSet<>();

    for (int i = 0; i < 200_000; i++) {
      all.add(ids.next());
    }

    assertThat(all).hasSize(200_000);
    assertThat(all).allMatch(id -> id.matches("[0-9A-HJKMNP-TV-Z]{26}"));
  }

  @Test
  void ids_sort_by_the_time_they_were_made() {
    List<String> all = new ArrayList<>();

    for (int i = 0; i < 5_000; i++) {
      all.add(ids.next());
      time.advance(Duration.ofMillis(1 + i % 700));
    }

    assertThat(all).isSorted();
  }

  @Test
  void the_time_can_be_read_from_an_id() {
    // 2030-03-05T10:00:00Z in the ten first digits, as the ULID specification counts them.
    long millis = 0;
    for (char digit : ids.next().substring(0, 10).toCharArray()) {
      millis = millis * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(digit);
    }

    assertThat(millis).isEqualTo(VirtualTime.START.toEpochMilli());
  }
}
