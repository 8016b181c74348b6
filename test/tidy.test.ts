import { test } from 'vitest';
test.todo('house rules');
