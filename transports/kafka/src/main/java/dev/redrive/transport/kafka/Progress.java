// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import java.util.Optional;

/**
 * How far a partition is settled, from its assignment until it is taken away.
 *
 * <p>A group keeps one number a partition, the offset below which everything is settled, and a text
 * beside it. Messages are settled in any order, so the number is where the first one stands that is
 * not, and the text says what is known above it: what is settled, which attempts have begun, and
 * how many a crash cut off.
 *
 * <p><b>Crashes.</b> An attempt begins when a commit that says so was accepted, before its handler
 * runs. Whoever finds it begun, by a commit of somebody else, knows that its process came to no
 * clean end, and counts a crash; that counts once, however many processes find it before one of
 * them commits, as each reads the same text. Who finds its own mark has lost the partition and got
 * it back, or started anew, and counts nothing. A clean end takes the marks away first. To the
 * others, a process that was thrown out of the group while it lived is one that crashed; they
 * cannot know better.
 *
 * <p><b>Fences.</b> A commit counts when the broker accepted it, and it accepts none of a process
 * that the partition was taken away from. If one was refused, or nobody knows whether it was
 * accepted, this object knows more than the broker: it is to be thrown away, once nothing of it can
 * arrive any more, and another one started from what the broker has.
 *
 * <p><b>Bound.</b> The broker refuses a text that is too long, so records wait for {@link
 * #hasRoom}. It counts the longest that the text can become of what is in hand, so that whatever is
 * in hand can be begun and settled, and taken over by the next process. When nothing is in hand
 * there is always room: then the next record is the first that is not done, and to take it leaves
 * no more to say than before.
 *
 * <p>Used by one thread. All costs O(log n) of the number of runs in the text, but for {@link
 * #start}, {@link #commit} and {@link #handOver}, which read or write all of it.
 */
final class Progress {
  /** No text can be bounded to less. */
  static final int METADATA_MIN = 64;

  private static final int NEW_PERCENT = 75;

  private final long owner;
  private final int metadataMax;
  private boolean isUnreadable;
  private Marks marks;
  // What is below it and not done is in hand.
  private long position;
  private int inHand;
  private boolean isDirty;

  private Progress(long owner, int metadataMax, Marks marks) {
    this.owner = owner;
    this.metadataMax = metadataMax;
    this.marks = marks;
    this.position = marks.start();
    trim();
  }

  /**
   * Begins with what the broker has.
   *
   * @param metadata the text at that offset. Of another program's text, and of one that {@link
   *     #isUnreadable}, nothing is taken: what was settled above the offset comes again.
   * @param owner who this is: no other process, nor the next one in its place, has the same number
   * @param metadataMax characters that the broker lets a text have, the same for all processes
   */
  static Progress start(long committedOffset, String metadata, long owner, int metadataMax) {
    if (metadataMax < METADATA_MIN) {
      throw new IllegalArgumentException(
          "offset metadata of " + metadataMax + " characters, less than " + METADATA_MIN);
    }
    Optional<Metadata> text = Metadata.read(committedOffset, metadata);
    boolean isMine = text.map(Metadata::owner).filter(writer -> writer == owner).isPresent();
    Marks told = text.map(Metadata::marks).orElseGet(() -> new Marks(committedOffset));
    Marks marks = told.with(isMine ? Mark::released : Mark::cutOff);
    Progress progress = new Progress(owner, metadataMax, marks);
    progress.isUnreadable = text.isEmpty() && Metadata.isOurs(metadata);
    // Until a commit says otherwise, somebody who takes over would find those attempts begun.
    progress.isDirty |= !marks.runs().equals(told.runs());
    return progress;
  }

  /**
   * Whether it began with a text of Redrive that is damaged, of another version, or was written for
   * another offset.
   */
  boolean isUnreadable() {
    return isUnreadable;
  }

  /** The first offset that is not settled, where polling begins. */
  long offset() {
    return marks.start();
  }

  /** Up to where records came, or are not in the log. */
  long position() {
    return position;
  }

  /** Whether a record is settled, so that it is not to be taken. */
  boolean isDone(long offset) {
    return marks.at(offset).isDone();
  }

  /** How many attempts of a record crashes have cut off. */
  int crashes(long offset) {
    return marks.at(offset).crashes();
  }

  /**
   * The end of what is known. A log that ends before it is not the one that this was written about:
   * it was cut off or made anew, and one must start with nothing known.
   */
  long knownUpTo() {
    return marks.end();
  }

  /** Whether a further record may be taken; otherwise something must be settled before. */
  boolean hasRoom() {
    // What was in somebody's hands before is counted in already, and must not wait for itself.
    boolean isKnown = position < marks.end();
    int percent = isKnown ? 100 : NEW_PERCENT;
    long longest = Metadata.length(marks.bytesMax() + Marks.RECORD_BYTES_MAX);
    return inHand == 0 || longest * 100 <= (long) percent * metadataMax;
  }

  /**
   * A record comes into hands. It is not done, and comes after all that came before; those left out
   * in between are not in the log.
   */
  void take(long offset) {
    if (offset < position || isDone(offset)) {
      throw new IllegalArgumentException(
          "offset " + offset + ", at " + position + (isDone(offset) ? ", is done" : ""));
    }
    reached(offset);
    if (marks.end() < offset) {
      marks.set(marks.end(), offset, Mark.DONE);
    }
    if (marks.end() == offset) {
      marks.set(offset, offset + 1, Mark.OPEN);
    }
    position = offset + 1;
    inHand++;
  }

  /** All records below this position came, or are not in the log. */
  void reached(long position) {
    long from = Math.max(this.position, marks.start());
    long to = Math.min(position, marks.end());
    if (from < to) {
      marks.set(from, to, Mark.DONE);
    }
    this.position = Math.max(this.position, position);
    trim();
  }

  /** An attempt begins; it has begun when the next commit is accepted. */
  void begin(long offset) {
    change(offset, held(offset).begun());
  }

  /** No attempt has begun any more, and none counts; the record is in hand still. */
  void release(long offset) {
    change(offset, held(offset).released());
  }

  /** A record is settled; it is when the next commit is accepted. */
  void done(long offset) {
    held(offset);
    change(offset, Mark.DONE);
    inHand--;
    trim();
  }

  private Mark held(long offset) {
    Mark mark = marks.at(offset);
    if (offset >= position || mark.isDone()) {
      throw new IllegalStateException("offset " + offset + " is not in hand");
    }
    return mark;
  }

  private void change(long offset, Mark mark) {
    if (!marks.at(offset).equals(mark)) {
      marks.set(offset, offset + 1, mark);
      isDirty = true;
    }
  }

  private void trim() {
    long before = marks.start();
    marks.trim(position);
    isDirty |= marks.start() != before;
  }

  /** Whether something has begun, ended or moved on that no commit has told of yet. */
  boolean isDirty() {
    return isDirty;
  }

  /** The broker has something else, which the next commit is to replace. */
  void replace() {
    isDirty = true;
  }

  /** What to commit now. */
  Commit commit() {
    isDirty = false;
    return new Commit(marks.start(), new Metadata(owner, marks).text());
  }

  /** The last commit, at a clean end: all that is in hand is given back, and no attempt counts. */
  Commit handOver() {
    marks = marks.with(Mark::released);
    return commit();
  }
}
