/** Tests of the files for monitoring programs. */
@NullMarked
package io.cade.mib.nms;

import org.jspecify.annotations.NullMarked;
