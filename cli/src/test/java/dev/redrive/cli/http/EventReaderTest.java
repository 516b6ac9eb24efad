// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventReaderTest {

  private static EventReader reader(String text) {
    return new EventReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void events_are_read_and_comments_are_not() throws IOException {
    try (EventReader events =
        reader(
            ": hello\n\nevent: sent\ndata: {\"id\":\"a\"}\n\n: still here\n\ndata:{\"id\":\"b\"}\n\n")) {
      assertThat(events.next().orElseThrow().path("id").asText()).isEqualTo("a");
      assertThat(events.next().orElseThrow().path("id").asText()).isEqualTo("b");
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void an_event_cut_off_by_the_end_is_none() throws IOException {
    try (EventReader events = reader("data: {\"id\":\"a\"}\n")) {
      assertThat(events.next()).isEmpty();
    }
  }
}
