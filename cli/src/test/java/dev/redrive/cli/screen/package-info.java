// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.redrive.cli.screen;

import org.jspecify.annotations.NullMarked;
