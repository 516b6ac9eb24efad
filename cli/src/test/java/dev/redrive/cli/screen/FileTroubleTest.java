// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileTroubleTest {

  @Test
  void the_file_and_what_is_wrong_with_it_are_named() {
    assertThat(FileTrouble.of(new AccessDeniedException("data/keys.json")))
        .isEqualTo("data/keys.json: permission denied");
    assertThat(FileTrouble.of(new FileSystemException("data", null, "Read-only file system")))
        .isEqualTo("data: Read-only file system");
  }

  @Test
  void what_others_quote_is_put_in_words() {
    String denied =
        "data cannot be written to (" + new AccessDeniedException("data") + "): mend it";
    String full = "no (" + new FileSystemException("data/x", null, "No space left on device") + ")";

    assertThat(FileTrouble.inWords(denied))
        .isEqualTo("data cannot be written to (permission denied): mend it");
    assertThat(FileTrouble.inWords(full)).isEqualTo("no (data/x: No space left on device)");
    assertThat(FileTrouble.inWords("see " + new NoSuchFileException("a")))
        .isEqualTo("see there is no such file");
    assertThat(FileTrouble.inWords("nothing of the kind")).isEqualTo("nothing of the kind");
  }
}
