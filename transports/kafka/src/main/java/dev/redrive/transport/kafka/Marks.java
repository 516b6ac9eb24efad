// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A mark for each offset from {@link #start} up to {@link #end}, kept as runs of which neighbours
 * differ. Below the start everything is done, from the end on nothing is known.
 *
 * <p>It counts along how many bytes its runs can ever take. At worst each record that is not done
 * is a run of its own, of two bytes with its crashes, and what is done between two of them is a
 * third. Beginning, releasing and settling, and the crash of the process too, change marks of
 * records that are counted so already, or join runs; and joined ones never take more than their
 * parts. So nothing exceeds {@link #bytesMax} but further records, and these can wait.
 *
 * <p>Not thread-safe. A change costs O(log n) of the number of runs, and as much again for each run
 * that it ends.
 */
final class Marks {
  /** No offset is larger. Kafka counts to it in some thirty years of a billion records a second. */
  static final long OFFSET_MAX = 1L << 60;

  /** What one more record may cost: itself, and what is not in the log before it. */
  static final int RECORD_BYTES_MAX = 11;

  private static final int OPEN_BYTES = 2;

  private final TreeMap<Long, Run> runs = new TreeMap<>();
  private long start;
  private long end;
  private long open;
  private long doneBytes;

  Marks(long start) {
    this.start = start;
    this.end = start;
  }

  /** The first offset that is not done. */
  long start() {
    return start;
  }

  /** From here on nothing is known. */
  long end() {
    return end;
  }

  /** How many records are not done. */
  long open() {
    return open;
  }

  /** How many bytes its runs may take, whatever becomes of the records in it. */
  long bytesMax() {
    return OPEN_BYTES * open + doneBytes;
  }

  List<Run> runs() {
    return List.copyOf(runs.values());
  }

  /** What is known of an offset; where nothing is, it is open. */
  Mark at(long offset) {
    if (offset < start) {
      return Mark.DONE;
    }
    Map.Entry<Long, Run> run = runs.floorEntry(offset);
    return run != null && offset < run.getValue().to() ? run.getValue().mark() : Mark.OPEN;
  }

  /** Marks all from an offset, which is at most the end, up to another one. */
  void set(long from, long to, Mark mark) {
    if (from < start || from > end || from >= to || to > OFFSET_MAX) {
      throw new IllegalArgumentException(
          "from " + from + " to " + to + " of " + start + " to " + end);
    }
    cut(from);
    cut(to);
    List.copyOf(runs.subMap(from, to).values()).forEach(this::remove);
    add(joined(new Run(from, to, mark)));
    end = Math.max(end, to);
  }

  /** Lets a run begin here, if one goes across. */
  private void cut(long offset) {
    Map.Entry<Long, Run> entry = runs.lowerEntry(offset);
    if (entry != null && offset < entry.getValue().to()) {
      Run run = entry.getValue();
      remove(run);
      add(new Run(run.from(), offset, run.mark()));
      add(new Run(offset, run.to(), run.mark()));
    }
  }

  /** Takes out the neighbours that are marked as this one is, and makes one of them. */
  private Run joined(Run run) {
    Run joined = run;
    Map.Entry<Long, Run> before = runs.lowerEntry(run.from());
    if (before != null && before.getValue().mark().equals(run.mark())) {
      remove(before.getValue());
      joined = new Run(before.getKey(), run.to(), run.mark());
    }
    Run after = runs.get(run.to());
    if (after != null && after.mark().equals(run.mark())) {
      remove(after);
      joined = new Run(joined.from(), after.to(), run.mark());
    }
    return joined;
  }

  /** Forgets what is done at the beginning; if nothing is left, begins here at the least. */
  void trim(long least) {
    Map.Entry<Long, Run> first = runs.firstEntry();
    if (first != null && first.getValue().mark().isDone()) {
      remove(first.getValue());
      start = first.getValue().to();
    }
    if (runs.isEmpty()) {
      start = Math.max(end, least);
      end = start;
    }
  }

  /** The same with each mark changed. */
  Marks with(UnaryOperator<Mark> change) {
    Marks changed = new Marks(start);
    runs.values().forEach(run -> changed.set(run.from(), run.to(), change.apply(run.mark())));
    return changed;
  }

  private void add(Run run) {
    runs.put(run.from(), run);
    count(run, 1);
  }

  private void remove(Run run) {
    runs.remove(run.from());
    count(run, -1);
  }

  private void count(Run run, long sign) {
    if (run.mark().isDone()) {
      doneBytes += sign * run.bytes();
    } else {
      open += sign * run.length();
    }
  }
}
