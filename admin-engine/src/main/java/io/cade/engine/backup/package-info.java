/** The whole engine in one file: taken while it runs, proven, and put back elsewhere (SPEC A9). */
@NullMarked
package io.cade.engine.backup;

import org.jspecify.annotations.NullMarked;
