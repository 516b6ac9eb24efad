// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DueHeapTest {
  private static final class Entry extends DueHeap.Node {
    private final int number;

    Entry(long due, int number) {
      super(due);
      this.number = number;
    }
  }

  private record Rank(long due, int number) implements Comparable<Rank> {
    @Override
    public int compareTo(Rank other) {
      int byDue = Long.compare(due, other.due);
      return byDue != 0 ? byDue : Integer.compare(number, other.number);
    }
  }

  @Test
  void behaves_like_a_sorted_map_whatever_is_done_to_it() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      DueHeap<Entry> heap = new DueHeap<>();
      TreeMap<Rank, Entry> sorted = new TreeMap<>();
      List<Entry> all = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        int choice = random.nextInt(10);
        if (choice < 5) {
          Entry entry = new Entry(random.nextInt(300), i);
          all.add(entry);
          heap.add(entry);
          sorted.put(new Rank(entry.due(), i), entry);
        } else if (choice < 7 && !sorted.isEmpty()) {
          Map.Entry<Rank, Entry> first = sorted.pollFirstEntry();
          assertThat(heap.poll()).as("seed %d step %d", seed, i).isSameAs(first.getValue());
        } else if (!all.isEmpty()) {
          Entry any = all.get(random.nextInt(all.size()));
          boolean isIn = sorted.remove(new Rank(any.due(), any.number)) != null;
          assertThat(heap.remove(any)).as("seed %d step %d", seed, i).isEqualTo(isIn);
        }
        assertThat(heap.size()).isEqualTo(sorted.size());
        assertThat(heap.peek())
            .as("seed %d step %d", seed, i)
            .isSameAs(sorted.isEmpty() ? null : sorted.firstEntry().getValue());
      }
      while (!sorted.isEmpty()) {
        assertThat(heap.poll()).isSameAs(sorted.pollFirstEntry().getValue());
      }
    }
  }

  @Test
  void what_is_due_together_comes_in_the_order_it_went_in() {
    DueHeap<Entry> heap = new DueHeap<>();
    for (int i = 0; i < 1_000; i++) {
      heap.add(new Entry(7, i));
    }

    for (int i = 0; i < 1_000; i++) {
      assertThat(heap.poll().number).isEqualTo(i);
    }
  }

  @Test
  void an_empty_heap_says_so() {
    DueHeap<Entry> heap = new DueHeap<>();

    assertThat(heap.peek()).isNull();
    assertThatThrownBy(heap::poll).isInstanceOf(IllegalStateException.class);
    assertThat(heap.remove(new Entry(1, 1))).isFalse();
  }

  @Test
  void cleared_nodes_are_out_and_may_come_back() {
    DueHeap<Entry> heap = new DueHeap<>();
    Entry entry = new Entry(3, 0);
    heap.add(entry);
    heap.add(new Entry(2, 1));

    heap.clear();

    assertThat(heap.size()).isZero();
    assertThat(heap.remove(entry)).isFalse();
    heap.add(entry);
    assertThat(heap.poll()).isSameAs(entry);
  }

  @Test
  void times_beyond_what_nanoseconds_can_say_are_the_last_ones() {
    assertThat(DueHeap.nanos(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
    assertThat(DueHeap.nanos(Instant.MIN)).isEqualTo(Long.MIN_VALUE);
    assertThat(DueHeap.nanos(Instant.ofEpochSecond(3, 14))).isEqualTo(3_000_000_014L);
  }
}
