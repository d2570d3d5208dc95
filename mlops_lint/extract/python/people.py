"""A Python file to the columns in it that name what people must not be judged by.

Source: article 21 of the EU Charter of Fundamental Rights and Title VII of the US Civil Rights Act; the names are those
that such characteristics have in data.
"""

import re

from mlops_lint.extract.python.module import Module

_PROTECTED = re.compile(
    r"""(?ix) ["'] ( gender | sex | race | ethnicity | ethnic_?group | religion | nationality | native[-_. ]?country
      | marital[-_. ]?status | disability | sexual_?orientation | is_?(?:fe)?male | pregnan(?:t|cy) ) ["']"""
)
# Penguins and abalones have a sex too: another column has to be about people.
_PERSON = re.compile(
    r"""(?ix) ["'] ( age | income | salary | occupation | education(?:[-_. ]?num)? | first_?name | last_?name | surname
      | passenger_?(?:id|class)? | pclass | survived | customer_?id | patient_?(?:id|nbr|number)
      | employee_?(?:id|number)
      | credit_?(?:score|history) | tenure | dependents | senior_?citizen | bmi | smoker | date_?of_?birth | dob | job
      | hours[-_. ]per[-_. ]week | years_?(?:of_?)?experience | loan_?(?:amount|status|id) | work_?class ) ["']"""
)


def protected_columns(module: Module) -> tuple[str, ...]:
    """Gives the names, as written, where the file speaks of people by other columns too."""
    found = dict.fromkeys(_PROTECTED.findall(module.source))
    return tuple(found) if found and _PERSON.search(module.source) else ()
