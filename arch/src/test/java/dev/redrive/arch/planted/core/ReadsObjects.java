// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;

final class ReadsObjects {

  private ReadsObjects() {}

  static Object read(InputStream in) throws IOException, ClassNotFoundException {
    try (ObjectInputStream objects = new ObjectInputStream(in)) {
      return objects.readObject();
    }
  }
}
