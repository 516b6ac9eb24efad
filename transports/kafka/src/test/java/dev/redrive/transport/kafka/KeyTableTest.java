// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyTableTest {
  private static byte[] key(int number) {
    return ("key " + number).getBytes(UTF_8);
  }

  @Test
  void it_knows_what_a_map_knows() {
    SplittableRandom random = new SplittableRandom(42);
    KeyTable table = new KeyTable();
    Map<Integer, Long> map = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      int number = random.nextInt(5_000);
      if (table.isFull()) {
        table.grow();
      }
      // More come than go at first, and then more go than come.
      boolean isAdded = random.nextInt(10) < (i < 100_000 ? 7 : 3);
      Long before = isAdded ? map.put(number, (long) i) : map.remove(number);
      long told = isAdded ? table.put(key(number), i) : table.remove(key(number));
      assertThat(told).as("step %d", i).isEqualTo(before == null ? KeyTable.NONE : before);
      assertThat(table.size()).isEqualTo(map.size());
    }
    for (int number = 0; number < 5_000; number++) {
      assertThat(table.get(key(number))).isEqualTo(map.getOrDefault(number, KeyTable.NONE));
    }
  }
}
