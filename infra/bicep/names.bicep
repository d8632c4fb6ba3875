@export()
@description('What the names of an environment\'s resources begin with: its first 16 letters, digits and hyphens, in lower case. azd\'s environments may have dots, underscores and parentheses too, which not every kind of resource accepts.')
func prefixOf(environment string) string => 'fc-${empty(shortName(environment)) ? 'env' : shortName(environment)}'

// The name of a host must not have two hyphens at its third and fourth place, so this one must not begin with a hyphen.
func shortName(environment string) string =>
  take(
    reduce(
      filter(
        map(range(0, length(environment)), i => toLower(substring(environment, i, 1))),
        letter => contains('abcdefghijklmnopqrstuvwxyz0123456789-', letter)
      ),
      '',
      (name, letter) => empty(name) && letter == '-' ? '' : '${name}${letter}'
    ),
    16
  )
