// SPDX-License-Identifier: Apache-2.0

package dev.redrive.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.Transition;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Headers of anybody's making must not make a message unreadable. Values come from a seed, or from
 * a corpus of those that once were thought of, each in place of each header that is understood.
 */
class ForeignFailureFuzzTest {
  private static final long SEEDS = Long.getLong("redrive.fuzz.seeds", 3_000);
  private static final Instant NOW = Instant.parse("2026-03-02T00:00:00Z");
  private static final List<String> NAMES =
      FailureDialect.ALL.stream()
          .flatMap(dialect -> dialect.names().values().stream())
          .flatMap(List::stream)
          .distinct()
          .toList();

  @Test
  void anything_at_all() throws IOException {
    List<String> corpus = corpus();
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      check("seed " + seed, drawn(random, corpus));
    }
  }

  @Test
  void each_of_the_corpus_in_each_header() throws IOException {
    for (String value : corpus()) {
      for (String name : NAMES) {
        check(name + " = " + value, Map.of(name, value));
        Map<String, String> among = new LinkedHashMap<>();
        NAMES.forEach(other -> among.put(other, "7"));
        among.put(name, value);
        check("among others: " + name + " = " + value, among);
      }
    }
  }

  private static void check(String what, Map<String, String> headers) {
    Map<String, String> before = Map.copyOf(headers);
    Optional<ForeignFailure> read = ForeignFailure.of(headers);

    assertThat(headers).as(what).isEqualTo(before);
    read.ifPresent(failure -> assertBounded(what, failure));
  }

  private static void assertBounded(String what, ForeignFailure failure) {
    assertThat(failure.failure()).as(what).hasSizeLessThanOrEqualTo(4_000);
    assertThat(failure.brief()).as(what).hasSizeLessThanOrEqualTo(300);
    assertThat(failure.kind()).as(what).hasSizeLessThanOrEqualTo(100);
    assertThat(failure.place()).as(what).hasSizeLessThanOrEqualTo(200);
    assertThat(failure.by()).as(what).hasSizeLessThanOrEqualTo(200);
    assertThat(failure.attempts().orElse(1)).as(what).isBetween(1, 1_000_000);
    for (Instant time : List.of(failure.at().orElse(NOW), failure.sentAt().orElse(NOW))) {
      assertThat(time.toEpochMilli()).as(what).isNotNegative();
    }
    for (String line : List.of(failure.brief(), failure.kind(), failure.place(), failure.by())) {
      assertThat(line.chars()).as(what).noneMatch(each -> each < ' ');
    }
    // As a header and back it is the same, but for what a header has no room for.
    Transition line = failure.transition(NOW);
    Transition again = History.parse(History.append("", line)).get(0);
    assertThat(again.to()).as(what).isEqualTo(line.to());
    assertThat(again.attempt()).as(what).isEqualTo(line.attempt());
    assertThat(failure.toldIn(List.of(again), NOW)).as(what).hasSize(1);
  }

  private static Map<String, String> drawn(Random random, List<String> corpus) {
    Map<String, String> headers = new LinkedHashMap<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      headers.put(name, random.nextInt(3) == 0 ? ofCorpus(random, corpus) : ofBytes(random));
    }
    return headers;
  }

  private static String ofBytes(Random random) {
    byte[] bytes = new byte[random.nextInt(random.nextInt(8) == 0 ? 10_000 : 24)];
    random.nextBytes(bytes);
    return new String(bytes, UTF_8);
  }

  // One of the corpus with a character changed is nearer to what is understood than chance.
  private static String ofCorpus(Random random, List<String> corpus) {
    StringBuilder value = new StringBuilder(corpus.get(random.nextInt(corpus.size())));
    if (value.length() > 0) {
      value.setCharAt(random.nextInt(value.length()), (char) random.nextInt(0x10000));
    }
    return value.toString();
  }

  private static List<String> corpus() throws IOException {
    try (InputStream file = ForeignFailureFuzzTest.class.getResourceAsStream("headers.corpus")) {
      List<String> lines = new ArrayList<>();
      new String(Objects.requireNonNull(file).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("# "))
          .forEach(line -> lines.add(line.translateEscapes()));
      assertThat(lines).hasSizeGreaterThan(30);
      return lines;
    }
  }
}
